-- The alert that the function could not write.

-- Raises the alert for a report {code, since, until} that a claim brings; null: there is none.
create or replace function sync_scheduler.raise_reported_trouble(trouble jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.raise_database_trouble(
    trouble ->> 'code', (trouble ->> 'since')::timestamptz, (trouble ->> 'until')::timestamptz);
-- A report in another shape must not keep a run from starting.
exception when data_exception then
  raise warning 'sync_scheduler.raise_reported_trouble: % (%)', left(sqlerrm, 100), sqlstate;
end;
$$;

-- Raises the shared alert database_not_writable for what a worker reports once the database can write again.
-- The code is database_full, database_read_only or database_restarting; any other is ignored. The tick
-- resolves it 15 minutes after the last report (resolve_silence). Locks the alert: call it last.
create or replace function sync_scheduler.raise_database_trouble(
  code text, since timestamptz default null, until timestamptz default null
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if (raise_database_trouble.code in ('database_full', 'database_read_only', 'database_restarting'))
    is not true then
    return;
  end if;
  -- Of the whole installation. The worker's clock may be wrong: what it says of time is bounded, and only
  -- shown.
  perform sync_scheduler.raise_shared_alert(null, 'database_not_writable',
    case raise_database_trouble.code when 'database_restarting' then 'warning'
      else 'critical' end::public.sync_alert_severity, null,
    case raise_database_trouble.code
      when 'database_full'
        then 'The database could not write: its disk is full. Free space or enlarge the disk.'
      when 'database_read_only'
        then 'The database took no writes: it is read-only, mostly because its disk is nearly full. '
        'Free space or enlarge the disk.'
      else 'The database was restarting, or could not be reached. Syncs go on by themselves.' end,
    jsonb_strip_nulls(jsonb_build_object('code', raise_database_trouble.code,
      'since', least(greatest(raise_database_trouble.since, now() - interval '1 day'), now()),
      'until', least(greatest(raise_database_trouble.until, now() - interval '1 day'), now()))));
end;
$$;
