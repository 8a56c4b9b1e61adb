create or replace function sync_scheduler.lock_attempt(run_id uuid, attempt integer, token text)
returns sync_scheduler.run_attempts
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  found_attempt sync_scheduler.run_attempts;
begin
  -- The function's address is no secret, and members know the ids of their runs: a forged token waits for no lock, and holds
  -- none.
  if not exists (
    select from sync_scheduler.run_attempts a
    where a.run_id = lock_attempt.run_id and a.attempt = lock_attempt.attempt
      and a.token_hash = sha256(convert_to(lock_attempt.token, 'UTF8')))
  then
    perform sync_scheduler.raise_error('invalid_token');
  end if;
  -- Every writer of a run takes this lock first, so a worker, a cancel and the recovery come one after another.
  perform from public.sync_run_log r where r.run_id = lock_attempt.run_id for no key update;
  -- It may have been replaced while we waited.
  select * into found_attempt from sync_scheduler.run_attempts a
  where a.run_id = lock_attempt.run_id and a.attempt = lock_attempt.attempt
    and a.token_hash = sha256(convert_to(lock_attempt.token, 'UTF8'));
  if not found then
    perform sync_scheduler.raise_error('invalid_token');
  end if;
  return found_attempt;
end;
$$;
revoke all on function sync_scheduler.lock_attempt(uuid, integer, text)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.lock_attempt(uuid, integer, text) is
  'Locks the run and returns the attempt that the token belongs to. Errors: PT401 invalid_token (also for a run that '
  'does not exist).';
