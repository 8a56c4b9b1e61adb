create or replace function sync_scheduler.postpone_recovery(run_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update sync_scheduler.run_attempts a set lease_expires_at = now() + interval '1 minute'
  where a.run_id = postpone_recovery.run_id and a.ended_at is null;
  update public.sync_run_log r set next_attempt_at = now() + interval '1 minute'
  where r.run_id = postpone_recovery.run_id and r.next_attempt_at is not null;
exception when others then
  -- Then it comes first again: no worse than before.
  null;
end;
$$;
revoke all on function sync_scheduler.postpone_recovery(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.postpone_recovery(uuid) is
  'Puts a run whose recovery failed at the back of the queue, so that many such runs cannot starve the others.';
