-- Definer, because no client may write the health of an integration. The first statement checks the caller.
create or replace function public.resume_integration_checks(org_id uuid, integration_type text, reason text default null)
returns public.sync_integration_health
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
  integration public.sync_integrations;
  health public.sync_integration_health;
begin
  perform sync_scheduler.require_org_role(resume_integration_checks.org_id, '{admin}');
  perform sync_scheduler.require_text('reason', resume_integration_checks.reason);
  integration := sync_scheduler.lock_integration(
    resume_integration_checks.org_id, resume_integration_checks.integration_type);
  select * into strict health from public.sync_integration_health h where h.integration_id = integration.id;
  if health.passive_since is null then
    return health;
  end if;
  perform sync_scheduler.audit(integration, 'resume_checks', reason,
    jsonb_build_object('passive_since', health.passive_since, 'next_check_at', health.next_check_at));
  update public.sync_integration_health h set
    passive_since = null,
    next_check_at = sync_scheduler.plan_check(integration)
  where h.integration_id = integration.id returning * into strict health;
  return health;
end;
$$;
revoke all on function public.resume_integration_checks(uuid, text, text) from public, anon, authenticated, service_role;
grant execute on function public.resume_integration_checks(uuid, text, text) to authenticated, service_role;
comment on function public.resume_integration_checks(uuid, text, text) is
  'Ends the passive mode of the organisation''s integration (its vendor said that we ask too much, and so it is not checked until '
  'next_check_at) and returns its health: it is checked at its next turn, within health_check_interval. Without passive mode it '
  'changes nothing. For admins of the organisation and the service role; audited with reason (at most 500 characters). '
  'Errors: PT401 not_authenticated, PT401 unsupported_identity, '
  'PT403 not_authorized, PT422 unknown_integration_type, PT404 integration_not_found, PT422 '
  'reason_too_long, PT429 rate_limited.';
