create or replace function sync_scheduler.audit(
  integration public.sync_integrations, action text, reason text default null, details jsonb default '{}'
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.require_text('reason', audit.reason);
  -- The backend, the host and the scheduler are trusted: they are not bounded, and use up nothing.
  if sync_scheduler.caller_id() is not null then
    perform sync_scheduler.lock_limits(integration.org_id);
    perform sync_scheduler.require_changes_left(integration.org_id, audit.action);
  end if;
  insert into public.sync_audit_log (org_id, integration_id, actor_id, action, reason, details)
  values (integration.org_id, integration.id, sync_scheduler.caller_id(), audit.action, audit.reason, audit.details);
end;
$$;
revoke all on function sync_scheduler.audit(public.sync_integrations, text, text, jsonb)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.audit(public.sync_integrations, text, text, jsonb) is
  'Writes down what the caller (caller_id(); null: the service role, the host or the scheduler) did to an integration, '
  'and why. '
  'Refuses people who have done too much within the last hour (require_changes_left): the transaction of the caller ends, so '
  'nothing that came before it stays. Errors: PT422 reason_too_long, PT429 rate_limited.';
