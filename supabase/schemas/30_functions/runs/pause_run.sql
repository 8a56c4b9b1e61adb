-- Trigger of sync_integrations, for each writer: while an integration is disabled or paused its run waits,
-- and it goes on when that is over. Holds the integration's lock and takes the run's. Definer, because a
-- host's backend (service_role) changes integrations and may not write runs.
create or replace function sync_scheduler.follow_pause() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
begin
  -- Waits for a worker call that has seen the integration as it was: after this, none reserves.
  perform sync_scheduler.lock_active_run(new.id);
  -- The worker of a running one finishes its batch and finds out by itself. Its row is written, not only
  -- locked: a call whose transaction has an older snapshot (repeatable read) then fails. It would work on
  -- after a pause, or pause after its end.
  update public.sync_run_log r set version = r.version
    where r.integration_id = new.id and r.status = 'running';
  -- A pause in repeatable read does not see a run that has started since its snapshot. The claim refuses that
  -- run, and the recovery pauses it.
  if sync_scheduler.is_stopped(new) then
    perform sync_scheduler.pause_if_stopped(r.run_id) from public.sync_run_log r
    where r.integration_id = new.id and r.status = 'pending';
  else
    perform sync_scheduler.resume_run(r.run_id) from public.sync_run_log r
    where r.integration_id = new.id and r.status = 'pending' and r.notice = 'integration_paused';
  end if;
  return null;
end;
$$;

-- Its name sorts before the triggers that write the integration's health: the run's lock comes first.
create trigger follow_pause after update of enabled, paused_at, resume_at on public.sync_integrations
  for each row when (old.enabled <> new.enabled or old.paused_at is distinct from new.paused_at
    or old.resume_at is distinct from new.resume_at) execute function sync_scheduler.follow_pause();

-- Lets a run wait if its integration is disabled or paused, and returns whether it does. The run is pending
-- then, without a due instant, with the notice integration_paused. An attempt that no worker has claimed ends
-- as paused: its token is worthless. The caller holds the run's row lock, and no worker holds the run.
create or replace function sync_scheduler.pause_if_stopped(run_id uuid) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
begin
  -- A plain read in a statement of its own: its snapshot is younger than the run's lock. The transaction that
  -- stops the integration writes it before it takes that lock, so one of the two sees the other.
  select r.* into run from public.sync_run_log r join public.sync_integrations i on i.id = r.integration_id
  where r.run_id = pause_if_stopped.run_id and sync_scheduler.is_stopped(i);
  if not found then
    return false;
  end if;
  perform sync_scheduler.mark_attempt_ended(run, 'paused');
  insert into sync_scheduler.paused_runs (run_id, next_attempt_at) values (run.run_id, run.next_attempt_at)
  on conflict on constraint paused_runs_pkey do nothing;
  update public.sync_run_log r set status = 'pending', next_attempt_at = null, notice = 'integration_paused'
  -- A change of the pause's reason is no change of the run.
  where r.run_id = run.run_id
    and (r.status, r.next_attempt_at, r.notice) is distinct from ('pending', null, 'integration_paused');
  return true;
end;
$$;

-- Lets a run that waited for the end of a pause go on. Its next attempt is due now, or when it was due before
-- the pause. The caller holds the run's row lock.
create or replace function sync_scheduler.resume_run(run_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  paused sync_scheduler.paused_runs;
begin
  delete from sync_scheduler.paused_runs p where p.run_id = resume_run.run_id returning * into paused;
  update public.sync_run_log r set notice = null, next_attempt_at = greatest(paused.next_attempt_at, now()),
    -- The deadline does not run during a pause.
    deadline_at = r.deadline_at + (now() - coalesce(paused.paused_at, now()))
  where r.run_id = resume_run.run_id and r.status = 'pending' and r.notice = 'integration_paused';
end;
$$;
