create or replace function sync_scheduler.schedule_retry(
  run public.sync_run_log,
  backoff interval,
  blames sync_scheduler.blames,
  error_code text,
  error_message text,
  retry_after interval default null
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
  vendor record;
begin
  select * into strict integration from public.sync_integrations i where i.id = run.integration_id;
  select * into vendor from sync_scheduler.vendor_wait(run, schedule_retry.blames, schedule_retry.retry_after);
  if vendor.is_too_long then
    update public.sync_run_log r set quota_until = now() + vendor.asked where r.run_id = run.run_id;
    perform sync_scheduler.finish_run(run.run_id, 'failed', 'vendor_quota_exhausted',
      sync_scheduler.wait_words(integration, schedule_retry.blames, now() + vendor.asked));
    return;
  end if;
  -- What the vendor asks for is not the run's own time. Past its deadline it has none left, and is given none.
  if vendor.asked > interval '0' and run.deadline_at > now() then
    update sync_scheduler.run_attempts a set vendor_wait = vendor.asked
    where a.run_id = run.run_id and a.attempt = run.attempt;
    run.deadline_at := run.deadline_at + vendor.asked;
    -- For a shorter wait the connector's own words are enough.
    if schedule_retry.blames = 'quota' and vendor.asked > interval '1 minute' then
      run.quota_until := now() + vendor.asked;
      error_message := left(concat_ws(' ', schedule_retry.error_message,
        sync_scheduler.wait_words(integration, schedule_retry.blames, run.quota_until)), 500);
    end if;
  end if;
  update public.sync_run_log r set
    status = 'pending',
    next_attempt_at = least(now() + backoff, run.deadline_at),
    deadline_at = run.deadline_at,
    quota_until = run.quota_until,
    error_code = schedule_retry.error_code,
    error_message = schedule_retry.error_message
  where r.run_id = run.run_id;
  if not sync_scheduler.pause_if_stopped(run.run_id) and backoff <= interval '0' then
    perform sync_scheduler.next_attempt(run.run_id);
  end if;
end;
$$;
revoke all on function sync_scheduler.schedule_retry(
  public.sync_run_log, interval, sync_scheduler.blames, text, text, interval)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.schedule_retry(
  public.sync_run_log, interval, sync_scheduler.blames, text, text, interval) is
  'Lets a run whose attempt has ended wait for backoff (0: dispatched at once). retry_after, the vendor''s hint, moves the deadline, '
  'up to settings.longest_wait in total; beyond, the run fails as vendor_quota_exhausted. The caller holds the run''s row lock.';
