-- Definer, because no client may write the run log. The caller's role is checked before anything is told or done.
create or replace function public.retry_integration_sync(run_id uuid, idempotency_key text default null)
returns public.sync_run_log
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
declare
  parent public.sync_run_log;
begin
  select * into parent from public.sync_run_log r where r.run_id = retry_integration_sync.run_id;
  -- A run that does not exist has no organisation: the same answer as for a foreign one.
  perform sync_scheduler.require_org_role(parent.org_id, '{admin,coordinator}');
  if parent.run_id is null then
    perform sync_scheduler.raise_error('not_authorized');
  end if;
  perform sync_scheduler.require_valid_key(idempotency_key);
  -- An ended run stays as it is: no lock is needed to believe this.
  if parent.status not in ('failed', 'cancelled') then
    perform sync_scheduler.raise_error('run_not_retryable', jsonb_build_object('status', parent.status));
  end if;
  return sync_scheduler.press(
    sync_scheduler.lock_integration(parent.org_id, parent.integration_type), idempotency_key, parent.run_id);
end;
$$;
revoke all on function public.retry_integration_sync(uuid, text) from public, anon, authenticated, service_role;
grant execute on function public.retry_integration_sync(uuid, text) to authenticated, service_role;
comment on function public.retry_integration_sync(uuid, text) is
  'Starts a new run after one that failed or was cancelled, linked to it by parent_run_id; it exports what has not been '
  'exported. For admins and coordinators of the run''s organisation, and the service role. A press like any other: '
  'same checks, same cooldown, same use of idempotency_key as trigger_integration_sync. '
  'Errors: those of trigger_integration_sync (PT403 not_authorized also for a run that does not exist), PT409 '
  'run_not_retryable (details: status).';
