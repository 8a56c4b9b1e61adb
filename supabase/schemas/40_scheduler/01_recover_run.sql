create or replace function sync_scheduler.recover_run(run_id uuid) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
  current_attempt sync_scheduler.run_attempts;
  integration public.sync_integrations;
  step text;
begin
  select * into run from public.sync_run_log r where r.run_id = recover_run.run_id for no key update;
  select * into current_attempt from sync_scheduler.run_attempts a
  where a.run_id = run.run_id and a.attempt = run.attempt and a.ended_at is null;
  step := sync_scheduler.recovery_of(run, current_attempt);
  if step is null then
    return false;
  end if;

  select * into strict integration from public.sync_integrations i where i.id = run.integration_id;

  case step
  when 'deadline_exceeded' then
    perform sync_scheduler.end_attempt(run,
      case when current_attempt.claimed_at is null then 'undelivered' else 'lost' end::sync_scheduler.attempt_outcome,
      'ambiguous', 'deadline_exceeded', blames => 'nobody');
    if run.cancel_requested_at is not null then
      perform sync_scheduler.finish_run(run.run_id, 'cancelled');
    else
      perform sync_scheduler.finish_run(run.run_id, 'failed', 'deadline_exceeded',
        'The sync did not finish in time.');
    end if;
  when 'resume' then
    perform sync_scheduler.resume_run(run.run_id);
    perform sync_scheduler.next_attempt(run.run_id);
  when 'next_attempt' then
    perform sync_scheduler.next_attempt(run.run_id);
  when 'worker_lost' then
    perform sync_scheduler.end_attempt(run, 'lost', 'ambiguous', 'worker_lost', 'The worker fell silent.', 'nobody');
    perform sync_scheduler.raise_alert(integration, 'lost_worker', 'warning', null,
      'The sync function fell silent in the middle of a sync.',
      jsonb_build_object('attempt', run.attempt, 'heartbeat_at', current_attempt.heartbeat_at), run.run_id);
    perform sync_scheduler.retry_or_fail(run, 'ambiguous', 'worker_lost',
      'The sync was interrupted and starts again where it stopped.', 'nobody');
  when 'dispatch_exhausted' then
    perform sync_scheduler.note_undelivered(integration, run, current_attempt, 'critical');
    perform sync_scheduler.end_attempt(run, 'undelivered', 'transient', 'dispatch_exhausted', blames => 'nobody');
    perform sync_scheduler.finish_run(run.run_id, 'failed', 'dispatch_exhausted',
      'The sync function could not be reached.');
  when 'dispatch' then
    perform sync_scheduler.note_undelivered(integration, run, current_attempt, 'warning');
    perform sync_scheduler.dispatch_attempts(array[run]);
  end case;
  return true;
end;
$$;
revoke all on function sync_scheduler.recover_run(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.recover_run(uuid) is
  'Moves on a run that stands still: past its deadline it fails; a due retry or an unclaimed attempt is dispatched; a '
  'silent worker''s attempt ends as lost. What that tells of the function is an alert. Returns whether it did anything. Safe at any time, by anyone, at once.';
