-- Definer, because a host's backend (service_role) changes integrations and may not write runs.
create or replace function sync_scheduler.follow_pause() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
begin
  -- Waits for a worker call that has seen the integration as it was. After this, none reserves for a stopped integration.
  perform sync_scheduler.lock_active_run(new.id);
  -- The worker of a running one finishes its batch and finds out by itself. Its row is written, not only locked: a call whose
  -- transaction has an older snapshot (repeatable read) then fails. It would work on after a pause, or pause after its end.
  update public.sync_run_log r set version = r.version where r.integration_id = new.id and r.status = 'running';
  if sync_scheduler.is_stopped(new) then
    perform sync_scheduler.pause_run(r.run_id) from public.sync_run_log r
    where r.integration_id = new.id and r.status = 'pending';
  else
    perform sync_scheduler.resume_run(r.run_id) from public.sync_run_log r
    where r.integration_id = new.id and r.status = 'pending' and r.notice = 'integration_paused';
  end if;
  return null;
end;
$$;
revoke all on function sync_scheduler.follow_pause() from public, anon, authenticated, service_role;
comment on function sync_scheduler.follow_pause() is
  'Trigger of sync_integrations, whoever writes: while an integration is disabled or paused its run waits (pause_run), and it goes '
  'on when that is over (resume_run). Holds the integration''s lock and takes the run''s: integration before run, as everywhere.';

-- Its name sorts before the triggers that write the integration's health: the run's lock comes first.
create trigger follow_pause after update of enabled, paused_at, resume_at on public.sync_integrations
  for each row when (old.enabled <> new.enabled or old.paused_at is distinct from new.paused_at
    or old.resume_at is distinct from new.resume_at)
  execute function sync_scheduler.follow_pause();
