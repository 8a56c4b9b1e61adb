create or replace function sync_scheduler.purge_job_details(batch_size integer, settings sync_scheduler.settings)
returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  purged integer;
begin
  -- pg_cron never purges its log. Only what is ours: other jobs' records are their owners'. A run that a restart of the server
  -- ended has no end_time.
  delete from cron.job_run_details d where d.runid = any (array(
    select o.runid from cron.job_run_details o
    where o.jobid in (select j.jobid from cron.job j where j.jobname like 'sync-scheduler-%')
      and coalesce(o.end_time, o.start_time) < now() - settings.retention_ticks
    order by o.runid limit batch_size));
  get diagnostics purged = row_count;
  return purged;
exception when others then
  raise warning 'sync_scheduler.purge_job_details: % (%)', sqlerrm, sqlstate;
  return 0;
end;
$$;
revoke all on function sync_scheduler.purge_job_details(integer, sync_scheduler.settings)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.purge_job_details(integer, sync_scheduler.settings) is
  'Deletes pg_cron''s old records of our own jobs, up to batch_size. Returns how many; if it fails, none, with a warning.';
