create or replace function sync_scheduler.extend_lease(
  run_id uuid, attempt integer, token text, past_deadline text default 'refuse'
) returns public.sync_run_log
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  held sync_scheduler.run_attempts :=
    sync_scheduler.lock_attempt(extend_lease.run_id, extend_lease.attempt, extend_lease.token);
  run public.sync_run_log;
  settings sync_scheduler.settings;
begin
  if held.claimed_at is null or held.ended_at is not null then
    perform sync_scheduler.raise_error('attempt_not_current');
  end if;
  select * into strict run from public.sync_run_log r where r.run_id = extend_lease.run_id;
  select * into strict settings from sync_scheduler.settings;
  if run.deadline_at <= now() then
    -- What the worker knows is taken past the deadline too.
    if past_deadline = 'settle' then
      return run;
    end if;
    -- To break off a batch on its way would only make its outcome unknown. For one slice: what hangs is no batch.
    if past_deadline <> 'hold' or run.deadline_at + settings.slice_duration <= now() or not exists (
      select from public.sync_export_entries e where e.integration_id = run.integration_id and e.state = 'sending'
    ) then
      perform sync_scheduler.raise_error('attempt_not_current');
    end if;
  end if;
  update sync_scheduler.run_attempts a set
    heartbeat_at = now(),
    lease_expires_at = now() + settings.lease_duration
  where a.run_id = run.run_id and a.attempt = extend_lease.attempt;
  return run;
end;
$$;
revoke all on function sync_scheduler.extend_lease(uuid, integer, text, text)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.extend_lease(uuid, integer, text, text) is
  'The entry of every worker call after the claim: locks the run, checks the token, extends the lease and returns the '
  'run. past_deadline says what becomes of a call past the run''s deadline: refuse; hold: as before while a batch is on its '
  'way, for slice_duration at most; settle: let through, the lease is not extended. Errors: PT401 invalid_token, PT409 '
  'attempt_not_current.';
