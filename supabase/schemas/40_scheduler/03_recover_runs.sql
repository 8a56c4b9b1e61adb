create or replace function sync_scheduler.recover_runs(batch_size integer default 100) returns integer
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off
-- One row that somebody keeps locked must not hold up the runs of everybody else.
set lock_timeout = '500ms' as $$
declare
  due uuid;
  recovered integer := 0;
begin
  for due in
    -- Two short index scans: the cost follows what is due, not how many runs there are.
    select d.run_id from (
      (select a.run_id, a.lease_expires_at as due_at from sync_scheduler.run_attempts a
       where a.ended_at is null and a.lease_expires_at <= now()
       order by a.lease_expires_at limit batch_size)
      union all
      (select r.run_id, r.next_attempt_at from public.sync_run_log r
       where r.status = 'pending' and r.next_attempt_at is not null and r.next_attempt_at <= now()
       order by r.next_attempt_at limit batch_size)
    ) d order by d.due_at limit batch_size
  loop
    begin
      -- A run that somebody else holds is in good hands.
      perform from public.sync_run_log r where r.run_id = due for no key update skip locked;
      if found and sync_scheduler.recover_run(due) then
        recovered := recovered + 1;
      end if;
    exception when others then
      -- One broken run must not stop the others.
      perform sync_scheduler.postpone_recovery(due);
      raise warning 'sync_scheduler.recover_runs: run % was left as it is: % (%)', due, sqlerrm, sqlstate;
    end;
    exit when sync_scheduler.is_out_of_time();
  end loop;
  return recovered;
end;
$$;
revoke all on function sync_scheduler.recover_runs(integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.recover_runs(integer) is
  'Recovers up to batch_size (100) runs that stand still, the longest due first; called by every tick. Returns how '
  'many it moved on. Several at once share the work.';
