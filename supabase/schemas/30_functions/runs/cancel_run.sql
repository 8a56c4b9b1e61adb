-- Definer, because no client may write the run log. The caller's role is checked before anything is done.
create or replace function public.cancel_integration_sync(run_id uuid, reason text default null)
returns public.sync_run_log
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  run public.sync_run_log;
begin
  select * into run from public.sync_run_log r where r.run_id = cancel_integration_sync.run_id;
  -- A run that does not exist has no organisation: the same answer as for a foreign one.
  perform sync_scheduler.require_org_role(run.org_id, '{admin,coordinator}');
  if run.run_id is null then
    perform sync_scheduler.raise_error('not_authorized');
  end if;
  reason := sync_scheduler.require_text('reason', reason);

  -- Not before the caller is known: a stranger must not even be able to wait for a lock.
  select * into strict run from public.sync_run_log r
  where r.run_id = cancel_integration_sync.run_id for no key update;
  if run.status = 'cancelled' then
    return run;
  elsif run.finished_at is not null then
    perform sync_scheduler.raise_error('run_not_active', jsonb_build_object('status', run.status));
  end if;

  update public.sync_run_log r set cancel_requested_at = now(),
    cancel_requested_by = sync_scheduler.caller_id(), cancel_reason = cancel_integration_sync.reason
  where r.run_id = run.run_id and r.cancel_requested_at is null;
  -- No worker works on a pending run. The worker of a running one learns of it at its next call.
  if run.status = 'pending' then
    perform sync_scheduler.mark_attempt_ended(run, 'cancelled');
    perform sync_scheduler.finish_run(run, 'cancelled');
  end if;
  -- If its worker is dead, nothing else would end it.
  perform sync_scheduler.recover_run(run.run_id);
  return (select r from public.sync_run_log r where r.run_id = run.run_id);
end;
$$;
revoke all on function public.cancel_integration_sync(uuid, text)
  from public, anon, authenticated, service_role;
comment on function public.cancel_integration_sync(uuid, text) is
$$Cancels a run: a pending one at once, a running one as soon as its worker has settled its batch.
Until then `cancel_requested_at` is set. Once more changes nothing. For admins and coordinators of the run's
organisation and the service role.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized (also for a run that does
not exist), PT422 reason_too_long, PT409 run_not_active (it ended otherwise).$$;
