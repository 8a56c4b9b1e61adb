create or replace function sync_scheduler.purge(batch_size integer default 2000) returns integer
language plpgsql set search_path = '' set enable_seqscan = off set lock_timeout = '500ms' as $$
declare
  settings sync_scheduler.settings;
  purged integer := 0;
  step integer;
begin
  select * into strict settings from sync_scheduler.settings;

  delete from public.sync_run_log r where r.run_id in (
    select o.run_id from unnest(enum_range(null::public.sync_run_status)) s, lateral (
      select f.run_id from public.sync_run_log f
      where f.status = s and f.finished_at < now() - case
        when s = 'failed' then settings.retention_failed else settings.retention_ended end
      order by f.finished_at limit batch_size) o
    limit batch_size);
  get diagnostics step = row_count;
  purged := purged + step;

  delete from sync_scheduler.ticks t where t.tick_id in (
    select o.tick_id from sync_scheduler.ticks o where o.ticked_at < now() - settings.retention_ticks
    order by o.ticked_at limit batch_size);
  get diagnostics step = row_count;
  purged := purged + step;

  delete from sync_scheduler.warmups w where w.scheduled_for in (
    select o.scheduled_for from sync_scheduler.warmups o where o.scheduled_for < now() - settings.retention_ticks
    order by o.scheduled_for limit batch_size);
  get diagnostics step = row_count;
  purged := purged + step;

  delete from public.sync_alerts a where a.alert_id in (
    select o.alert_id from public.sync_alerts o where o.raised_at < now() - settings.retention_failed
    order by o.raised_at limit batch_size);
  get diagnostics step = row_count;
  purged := purged + step;

  delete from public.sync_audit_log a where a.audit_id in (
    select o.audit_id from public.sync_audit_log o where o.created_at < now() - settings.retention_failed
    order by o.created_at limit batch_size);
  get diagnostics step = row_count;
  purged := purged + step;

  -- pg_cron never purges its log. Only what is ours: other jobs' records are their owners'.
  delete from cron.job_run_details d where d.runid in (
    select o.runid from cron.job_run_details o
    where o.jobid in (select j.jobid from cron.job j where j.jobname like 'sync-scheduler-%')
      and o.end_time < now() - settings.retention_ticks
    order by o.runid limit batch_size);
  get diagnostics step = row_count;
  return purged + step;
end;
$$;
revoke all on function sync_scheduler.purge(integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.purge(integer) is
  'Deletes what is older than the retention settings, at most batch_size (2,000) rows of each kind: ended runs with their '
  'attempts, ticks, warm-ups, alerts, the audit log, and pg_cron''s records of our own jobs. Entries stay. Returns how many rows.';
