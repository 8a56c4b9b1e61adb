-- STUB: replaced at merge by the function that writes public.sync_audit_log.
create or replace function sync_scheduler.audit(
  integration public.sync_integrations, action text, reason text, details jsonb
) returns void
language plpgsql set search_path = '' as $$
begin
  null;
end;
$$;
revoke all on function sync_scheduler.audit(public.sync_integrations, text, text, jsonb)
  from public, anon, authenticated, service_role;
