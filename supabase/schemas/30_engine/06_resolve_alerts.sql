create or replace function sync_scheduler.resolve_alerts(integration_id uuid, kinds public.sync_alert_kind[])
returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  resolved integer;
begin
  -- One look into an index of what is open; nearly always there is nothing.
  update public.sync_alerts a set resolved_at = now()
  where a.integration_id = resolve_alerts.integration_id and a.kind = any (kinds) and a.resolved_at is null;
  get diagnostics resolved = row_count;
  return resolved;
end;
$$;
revoke all on function sync_scheduler.resolve_alerts(uuid, public.sync_alert_kind[])
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.resolve_alerts(uuid, public.sync_alert_kind[]) is
  'The cause of an integration''s open alerts of these kinds is gone: they are resolved. Returns how many.';
