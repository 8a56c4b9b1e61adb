create or replace function sync_scheduler.resolve_shared_alerts(
  integration_type text, kinds public.sync_alert_kind[]
) returns integer
language plpgsql set search_path = '' as $$
declare
  resolved integer;
begin
  update public.sync_alerts a set resolved_at = now()
  where a.org_id is null and a.resolved_at is null and a.kind = any (kinds)
    and a.integration_type is not distinct from resolve_shared_alerts.integration_type;
  get diagnostics resolved = row_count;
  return resolved;
end;
$$;
revoke all on function sync_scheduler.resolve_shared_alerts(text, public.sync_alert_kind[])
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.resolve_shared_alerts(text, public.sync_alert_kind[]) is
  'Resolves what raise_shared_alert raised for the type (null: the installation) of these kinds. Returns how many.';
