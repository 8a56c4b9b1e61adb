create or replace function sync_scheduler.next_attempt(run_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  run public.sync_run_log;
begin
  if sync_scheduler.pause_if_stopped(next_attempt.run_id) then
    return;
  end if;
  update public.sync_run_log r set
    status = 'pending',
    next_attempt_at = null,
    attempt = r.attempt + 1
  where r.run_id = next_attempt.run_id
  returning * into strict run;
  perform sync_scheduler.dispatch_attempts(array[run]);
end;
$$;
revoke all on function sync_scheduler.next_attempt(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.next_attempt(uuid) is
  'Opens and dispatches the next attempt of an active run. The caller holds the run''s row lock and has ended the '
  'attempt before.';
