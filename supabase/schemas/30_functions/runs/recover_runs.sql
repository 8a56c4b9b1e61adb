-- Recovers up to batch_size stuck runs, the longest due first. Several at once share the work. Returns how
-- many.
create or replace function sync_scheduler.recover_runs(batch_size integer default 100) returns integer
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off
-- A row that another session keeps locked must not hold up all other runs.
set lock_timeout = '500ms' as $$
declare
  due uuid;
  recovered integer := 0;
begin
  for due in
    -- Two short index scans: the cost follows what is due, not how many runs there are.
    select d.run_id from (
      (select a.run_id, a.lease_expires_at as due_at from sync_scheduler.run_attempts a
       where a.outcome is null and a.lease_expires_at <= now() order by a.lease_expires_at limit batch_size)
      union all
      (select r.run_id, r.next_attempt_at from public.sync_run_log r
       where r.status = 'pending' and r.next_attempt_at is not null and r.next_attempt_at <= now()
       order by r.next_attempt_at limit batch_size)
    ) d order by d.due_at limit batch_size
  loop
    begin
      -- Another session that holds a run takes care of it.
      perform from public.sync_run_log r where r.run_id = due for no key update skip locked;
      if found and sync_scheduler.recover_run(due) then
        recovered := recovered + 1;
      end if;
    exception when others then
      -- One broken run must not stop the others.
      raise warning 'sync_scheduler.recover_runs: run % was left as it is: % (%)', due, sqlerrm, sqlstate;
      begin
        -- To the back of the queue, so that many such runs cannot starve the others.
        update sync_scheduler.run_attempts a set lease_expires_at = now() + interval '1 minute'
        where a.run_id = due and a.ended_at is null;
        update public.sync_run_log r set next_attempt_at = now() + interval '1 minute'
        where r.run_id = due and r.next_attempt_at is not null;
      exception when others then
        -- Then it comes first again: no worse than before.
        null;
      end;
    end;
    exit when sync_scheduler.is_out_of_time();
  end loop;
  return recovered;
end;
$$;

-- Moves on a stuck run, see choose_recovery. Safe at any time, by anyone, at once. Returns whether it did.
create or replace function sync_scheduler.recover_run(run_id uuid) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
  current_attempt sync_scheduler.run_attempts;
  step text;
begin
  select * into run from public.sync_run_log r where r.run_id = recover_run.run_id for no key update;
  select * into current_attempt from sync_scheduler.run_attempts a
  where a.run_id = run.run_id and a.attempt = run.attempt and a.ended_at is null;
  step := sync_scheduler.choose_recovery(run, current_attempt);
  if step is null then
    return false;
  elsif step in ('dispatch', 'dispatch_exhausted') then
    -- What pg_net heard from the function is a hint for people, never a reason to act: the answer may be lost
    -- or late while the work goes on. Ids start again after a crash of pg_net, so a response counts only if
    -- it is as young as the request.
    update sync_scheduler.run_attempts a
    set response_status = h.status_code, response_error = left(h.error_msg, 500)
    from net._http_response h
    where a.run_id = run.run_id and a.attempt = run.attempt
      and h.id = a.request_id and h.created >= a.dispatched_at;
  end if;

  case step
  when 'deadline_exceeded', 'dispatch_exhausted' then
    perform sync_scheduler.mark_attempt_ended(run,
      (case when current_attempt.claimed_at is null then 'undelivered' else 'lost' end)
        ::sync_scheduler.attempt_outcome,
      (case step when 'deadline_exceeded' then 'ambiguous' else 'transient' end)::sync_scheduler.error_class,
      step, blames => 'nobody');
    perform sync_scheduler.finish_run(run, 'failed', step, case step
      when 'deadline_exceeded' then 'The sync did not finish in time.'
      else 'The sync function could not be reached.' end);
  when 'resume', 'next_attempt' then
    if step = 'resume' then
      perform sync_scheduler.resume_run(run.run_id);
    end if;
    perform sync_scheduler.next_attempt(run.run_id);
  when 'worker_lost' then
    current_attempt := sync_scheduler.mark_attempt_ended(run, 'lost', 'ambiguous', 'worker_lost',
      'The worker fell silent.', 'nobody');
    perform sync_scheduler.schedule_retry(run, current_attempt,
      'The sync was interrupted and starts again where it stopped.');
  when 'dispatch' then
    if not sync_scheduler.pause_if_stopped(run.run_id) then
      perform sync_scheduler.post_attempt(run, again => true);
    end if;
  end case;
  return true;
end;
$$;

-- What recover_run has to do to a run whose open attempt (or null) this is: resume, deadline_exceeded,
-- next_attempt, worker_lost, dispatch_exhausted or dispatch; null: nothing, it is not stuck.
create or replace function sync_scheduler.choose_recovery(
  run public.sync_run_log, current_attempt sync_scheduler.run_attempts) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return case when run.run_id is null or run.finished_at is not null then null
    -- Its deadline does not run. It moves when the pause is over, also if no tick has cleared that yet.
    when run.notice = 'integration_paused' and run.status = 'pending' then (
      select 'resume' from public.sync_integrations i
      where i.id = run.integration_id and not sync_scheduler.is_stopped(i) and not exists (
        select from sync_scheduler.paused_runs p where p.run_id = run.run_id and p.next_attempt_at > now()))
    -- A worker may send until the lease that it was given is over: until then no other worker may.
    when run.deadline_at <= now()
      and (current_attempt.claimed_at is null or current_attempt.lease_expires_at <= now())
      then 'deadline_exceeded'
    when run.next_attempt_at is not null then case when run.next_attempt_at <= now() then 'next_attempt' end
    when current_attempt.lease_expires_at > now() then null
    when current_attempt.claimed_at is not null then 'worker_lost'
    when current_attempt.dispatch_count >= (select s.max_dispatches from sync_scheduler.settings s)
      then 'dispatch_exhausted' else 'dispatch' end;
end;
$$;
