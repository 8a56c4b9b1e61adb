create or replace function sync_scheduler.recovery_of(
  run public.sync_run_log, current_attempt sync_scheduler.run_attempts
) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if run.run_id is null or run.finished_at is not null then
    return null;
  end if;
  -- Its deadline does not run. It moves when the pause is over, also if no tick has cleared that yet.
  if run.notice = 'integration_paused' and run.status = 'pending' then
    return (
      select 'resume' from public.sync_integrations i
      where i.id = run.integration_id and not sync_scheduler.is_stopped(i) and not exists (
        select from sync_scheduler.paused_runs p where p.run_id = run.run_id and p.next_attempt_at > now()));
  end if;
  -- A worker may send until the lease that it was given is over: until then nobody else may.
  if run.deadline_at <= now()
    and (current_attempt.claimed_at is null or current_attempt.lease_expires_at <= now())
  then
    return 'deadline_exceeded';
  end if;
  if run.next_attempt_at is not null then
    return case when run.next_attempt_at <= now() then 'next_attempt' end;
  end if;
  if current_attempt.lease_expires_at > now() then
    return null;
  end if;
  return case
    when current_attempt.claimed_at is not null then 'worker_lost'
    when current_attempt.dispatch_count >= (select s.max_dispatches from sync_scheduler.settings s) then 'dispatch_exhausted'
    else 'dispatch' end;
end;
$$;
revoke all on function sync_scheduler.recovery_of(public.sync_run_log, sync_scheduler.run_attempts)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.recovery_of(public.sync_run_log, sync_scheduler.run_attempts) is
  'What recover_run has to do to a run whose open attempt (or null) this is: resume, deadline_exceeded, next_attempt, worker_lost, '
  'dispatch_exhausted or dispatch; null: nothing, it does not stand still.';
