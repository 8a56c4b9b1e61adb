create or replace function sync_scheduler.extend_lease(
  run_id uuid, attempt integer, token text, settles_only boolean default false
) returns public.sync_run_log
language plpgsql set search_path = '' as $$
declare
  held sync_scheduler.run_attempts :=
    sync_scheduler.lock_attempt(extend_lease.run_id, extend_lease.attempt, extend_lease.token);
  run public.sync_run_log;
begin
  if held.claimed_at is null or held.ended_at is not null then
    perform sync_scheduler.raise_error('attempt_not_current');
  end if;
  select * into strict run from public.sync_run_log r where r.run_id = extend_lease.run_id;
  -- What the worker knows is taken past the deadline too; what it might still send is not.
  if run.deadline_at <= now() then
    if settles_only then
      return run;
    end if;
    perform sync_scheduler.raise_error('attempt_not_current');
  end if;
  update sync_scheduler.run_attempts a set
    heartbeat_at = now(),
    lease_expires_at = now() + s.lease_duration
  from sync_scheduler.settings s
  where a.run_id = run.run_id and a.attempt = extend_lease.attempt;
  return run;
end;
$$;
revoke all on function sync_scheduler.extend_lease(uuid, integer, text, boolean)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.extend_lease(uuid, integer, text, boolean) is
  'The entry of every worker call after the claim: locks the run, checks the token, extends the lease and returns the '
  'run. Past the run''s deadline a lease is not extended and only settles_only calls are let through. Errors: PT401 '
  'invalid_token, PT409 attempt_not_current.';
