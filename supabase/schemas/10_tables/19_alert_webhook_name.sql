create or replace function sync_scheduler.alert_webhook_name(org_id uuid) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return 'sync_scheduler alert webhook of ' || org_id;
end;
$$;
revoke all on function sync_scheduler.alert_webhook_name(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.alert_webhook_name(uuid) is
  'The name of the Vault secret that configure_alert_webhook keeps for an organisation.';
