create or replace function sync_scheduler.note_database_trouble(trouble jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.raise_database_trouble(
    trouble ->> 'code', (trouble ->> 'since')::timestamptz, (trouble ->> 'until')::timestamptz);
-- A report in another shape must not keep a run from starting.
exception when data_exception then
  raise warning 'sync_scheduler.note_database_trouble: % (%)', left(sqlerrm, 100), sqlstate;
end;
$$;
revoke all on function sync_scheduler.note_database_trouble(jsonb) from public, anon, authenticated, service_role;
comment on function sync_scheduler.note_database_trouble(jsonb) is
  'Raises the alert for a report {code, since, until} that a claim brings; null: there is none.';
