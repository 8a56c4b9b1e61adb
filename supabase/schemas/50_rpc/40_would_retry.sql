create or replace function sync_scheduler.would_retry(
  run public.sync_run_log, current_attempt sync_scheduler.run_attempts
) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return run.cancel_requested_at is null and (
    select f.burnt + case when current_attempt.settled_before = run.entries_done + run.entries_failed then 1 else 0 end
      < i.max_attempts
    from sync_scheduler.count_failures(run) f, public.sync_integrations i where i.id = run.integration_id);
end;
$$;
revoke all on function sync_scheduler.would_retry(public.sync_run_log, sync_scheduler.run_attempts)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.would_retry(public.sync_run_log, sync_scheduler.run_attempts) is
  'Would the run be retried if its open attempt ended as lost now, as retry_or_fail would then decide?';
