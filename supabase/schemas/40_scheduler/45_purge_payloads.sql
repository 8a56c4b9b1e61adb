create or replace function sync_scheduler.purge_payloads(batch_size integer, settings sync_scheduler.settings) returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  walk sync_scheduler.redaction;
  looked bigint[];
begin
  if settings.retention_payload is null then
    return 0;
  end if;
  -- Of two purges at once one walks.
  select * into walk from sync_scheduler.redaction for no key update skip locked;
  if not found then
    return 0;
  end if;
  looked := array(
    select e.entry_id from public.sync_export_entries e
    where e.entry_id > walk.reached and e.created_at < now() - settings.retention_payload
    order by e.entry_id limit batch_size);
  if looked = '{}' then
    update sync_scheduler.redaction r set reached = 0, began_at = now() where r.began_at < now() - interval '7 days';
    return 0;
  end if;
  update sync_scheduler.redaction r set reached = looked[cardinality(looked)] where r.only_row;
  return sync_scheduler.redact_batch(array(
    select e.entry_id from public.sync_export_entries e
    where e.entry_id = any (looked) and coalesce(e.exported_at, e.decided_at, e.created_at) < now() - settings.retention_payload
    for no key update skip locked));
exception when others then
  raise warning 'sync_scheduler.purge_payloads: % (%)', sqlerrm, sqlstate;
  return 0;
end;
$$;
revoke all on function sync_scheduler.purge_payloads(integer, sync_scheduler.settings)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.purge_payloads(integer, sync_scheduler.settings) is
  'Redacts what is older than settings.retention_payload among the next batch_size entries of its walk, which goes through all of '
  'them once a week at most. Returns how many it redacted; 0 while retention_payload is null.';
