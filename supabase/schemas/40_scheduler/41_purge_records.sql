create or replace function sync_scheduler.purge_records(batch_size integer, settings sync_scheduler.settings)
returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  purged integer := 0;
  step integer;
begin
  delete from sync_scheduler.ticks t where t.tick_id = any (array(
    select o.tick_id from sync_scheduler.ticks o where o.ticked_at < now() - settings.retention_ticks
    order by o.ticked_at limit batch_size for update skip locked));
  get diagnostics step = row_count;
  purged := purged + step;

  delete from sync_scheduler.warmups w where w.scheduled_for = any (array(
    select o.scheduled_for from sync_scheduler.warmups o where o.scheduled_for < now() - settings.retention_ticks
    order by o.scheduled_for limit batch_size for update skip locked));
  get diagnostics step = row_count;
  purged := purged + step;

  delete from sync_scheduler.alert_messages m where m.number = any (array(
    select o.number from sync_scheduler.alert_messages o where o.created_at < now() - settings.retention_ticks
    order by o.created_at limit batch_size for update skip locked));
  get diagnostics step = row_count;
  purged := purged + step;

  delete from public.sync_audit_log a where a.audit_id = any (array(
    select o.audit_id from public.sync_audit_log o where o.created_at < now() - settings.retention_failed
    order by o.created_at limit batch_size for update skip locked));
  get diagnostics step = row_count;
  purged := purged + step;

  return purged;
exception when others then
  raise warning 'sync_scheduler.purge_records: % (%)', sqlerrm, sqlstate;
  return 0;
end;
$$;
revoke all on function sync_scheduler.purge_records(integer, sync_scheduler.settings)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.purge_records(integer, sync_scheduler.settings) is
  'Deletes old ticks, warm-ups, messages of alert webhooks and audit records, up to batch_size of each. Returns how many. If '
  'something fails it deletes none and warns.';
