create or replace function sync_scheduler.settle_run(
  run public.sync_run_log,
  outcome text,
  error_class sync_scheduler.error_class,
  error_code text,
  error_message text,
  blames sync_scheduler.blames,
  retry_after interval,
  stuck_batch uuid default null
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  ended sync_scheduler.run_attempts;
begin
  if outcome in ('succeeded', 'continued', 'paused') or (outcome = 'failed' and error_code = 'entries_unresolved') then
    select * into strict ended from sync_scheduler.run_attempts a where a.run_id = run.run_id and a.attempt = run.attempt;
    -- What had nothing to export has not asked the external system for anything.
    if run.entries_done + run.entries_failed > (case when outcome in ('succeeded', 'failed') then 0 else ended.settled_before end) then
      perform sync_scheduler.note_traffic(run.integration_id, ended.claimed_at);
    end if;
  end if;

  if outcome = 'succeeded' then
    perform sync_scheduler.finish_run(run.run_id, 'succeeded');
  elsif outcome = 'cancelled' or (outcome in ('continued', 'paused') and run.cancel_requested_at is not null) then
    perform sync_scheduler.finish_run(run.run_id, 'cancelled');
  elsif outcome in ('continued', 'paused') then
    -- Which lets the run wait if its integration is stopped still.
    perform sync_scheduler.next_attempt(run.run_id);
  elsif error_code = 'entries_unresolved' and run.cancel_requested_at is null
    and sync_scheduler.set_aside_message(run) is not null
  then
    -- Everything else is done. To repeat what was set aside is for the next run.
    perform sync_scheduler.finish_run(run.run_id, 'failed', error_code, error_message);
  elsif sync_scheduler.set_aside_batch(run, error_class, stuck_batch) then
    -- The others go on at once, or when the vendor said: it means all of our requests.
    perform sync_scheduler.schedule_retry(run,
      case when blames = 'nobody' then '0' else coalesce(retry_after, '0') end, blames, error_code, error_message, retry_after);
  else
    perform sync_scheduler.retry_or_fail(run, error_class, error_code, error_message, blames, retry_after);
  end if;
end;
$$;
revoke all on function sync_scheduler.settle_run(
  public.sync_run_log, text, sync_scheduler.error_class, text, text, sync_scheduler.blames, interval, uuid)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.settle_run(
  public.sync_run_log, text, sync_scheduler.error_class, text, text, sync_scheduler.blames, interval, uuid) is
  'Decides what becomes of a run whose worker has ended its attempt. stuck_batch: see set_aside_batch. The caller holds the run''s row lock.';
