create or replace function sync_scheduler.next_attempt(run_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  run public.sync_run_log;
begin
  update public.sync_run_log r set
    status = 'pending',
    next_attempt_at = null,
    -- Also the time for which a held one has waited too long: else many late ticks would use the deadline up.
    deadline_at = r.deadline_at + case when r.notice = 'held_vendor_incident' then greatest(now() - r.next_attempt_at, '0') else '0' end,
    -- One that was held has not been made yet.
    attempt = r.attempt + (
      select count(*) from sync_scheduler.run_attempts a where a.run_id = r.run_id and a.attempt = r.attempt)
  where r.run_id = next_attempt.run_id
  returning * into strict run;
  perform sync_scheduler.dispatch_attempts(array[run]);
end;
$$;
revoke all on function sync_scheduler.next_attempt(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.next_attempt(uuid) is
  'Opens and dispatches the next attempt of an active run, or the one that was held for its vendor. The caller holds the run''s row lock and has ended the '
  'attempt before.';
