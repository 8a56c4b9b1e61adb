-- Definer, because no client may write the integrations. The first statement checks the caller.
create or replace function public.resume_integration_sync(org_id uuid, integration_type text, reason text default null)
returns public.sync_integrations
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
  integration public.sync_integrations;
begin
  perform sync_scheduler.require_org_role(resume_integration_sync.org_id, '{admin}');
  perform sync_scheduler.require_text('reason', resume_integration_sync.reason);
  integration := sync_scheduler.lock_integration(
    resume_integration_sync.org_id, resume_integration_sync.integration_type);
  if integration.paused_at is null then
    return integration;
  end if;
  perform sync_scheduler.audit(integration, 'resume', reason, jsonb_build_object(
    -- Without the pause's reason: it is of somebody else, and stands in the record of the pause (erase_person).
    'paused_at', integration.paused_at, 'resume_at', integration.resume_at));
  update public.sync_integrations i
  set paused_at = null, paused_by = null, pause_reason = null, resume_at = null
  where i.id = integration.id returning * into strict integration;
  return integration;
end;
$$;
revoke all on function public.resume_integration_sync(uuid, text, text)
  from public, anon, authenticated, service_role;
grant execute on function public.resume_integration_sync(uuid, text, text) to authenticated, service_role;
comment on function public.resume_integration_sync(uuid, text, text) is
  'Ends the pause of the organisation''s integration and returns it; without a pause it changes nothing. Slots that were '
  'skipped meanwhile stay skipped: see backfill_integration_sync. For admins of the organisation and the service role; '
  'audited with reason (at most 500 characters). Errors: PT401 not_authenticated, PT401 unsupported_identity, '
  'PT403 not_authorized, PT422 '
  'unknown_integration_type, PT404 integration_not_found, PT422 reason_too_long, PT429 rate_limited.';
