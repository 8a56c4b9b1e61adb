-- Deletes old incidents of vendors and old alerts, up to batch_size together. Returns how many. If something
-- fails it deletes none and warns.
create or replace function sync_scheduler.purge_alerts(batch_size integer, settings sync_scheduler.settings)
returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  incidents integer;
  alerts integer;
begin
  delete from public.sync_vendor_incidents v where v.incident_id = any (array(
    select o.incident_id from public.sync_vendor_incidents o
      where o.ended_at < now() - settings.retention_failed
    order by o.ended_at limit batch_size for update skip locked));
  get diagnostics incidents = row_count;

  delete from public.sync_alerts a where a.alert_id = any (array(
    select o.alert_id from public.sync_alerts o where o.first_seen_at < now() - settings.retention_failed
      -- These are resolved by what becomes of the entries, however long that takes.
      and (o.resolved_at is not null or o.kind not in ('run_failed', 'entries_need_decision'))
    order by o.first_seen_at limit batch_size - incidents for update skip locked));
  get diagnostics alerts = row_count;
  return incidents + alerts;
exception when others then
  raise warning 'sync_scheduler.purge_alerts: % (%)', sqlerrm, sqlstate;
  return 0;
end;
$$;
