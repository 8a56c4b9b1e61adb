-- Definer, because whoever may delete an organisation need not be able to write Vault.
create or replace function sync_scheduler.forget_alert_webhook() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  delete from vault.secrets s where s.name = sync_scheduler.alert_webhook_name(old.org_id);
  return null;
end;
$$;
revoke all on function sync_scheduler.forget_alert_webhook() from public, anon, authenticated, service_role;
comment on function sync_scheduler.forget_alert_webhook() is
  'Trigger of sync_alert_webhooks: address and secret go with it.';

create trigger forget_alert_webhook after delete on public.sync_alert_webhooks
  for each row execute function sync_scheduler.forget_alert_webhook();
