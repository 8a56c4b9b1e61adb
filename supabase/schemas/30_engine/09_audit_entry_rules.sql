-- Definer, because a backend that writes the config may not write the audit log. It writes nothing else.
create or replace function sync_scheduler.audit_entry_rules() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  before jsonb := '{}'::jsonb;
  after constant jsonb := sync_scheduler.entry_rules(new.config);
begin
  if tg_op = 'UPDATE' then
    before := sync_scheduler.entry_rules(old.config);
  end if;
  -- configure_integration_sync audits by itself, with the reason.
  if after <> before and current_setting('sync_scheduler.configures', true) is distinct from 'on' then
    perform sync_scheduler.audit(new, 'configure', null, jsonb_build_object('before', before, 'after', after));
  end if;
  return null;
end;
$$;
revoke all on function sync_scheduler.audit_entry_rules() from public, anon, authenticated, service_role;
comment on function sync_scheduler.audit_entry_rules() is
  'Trigger of sync_integrations: a change of what an integration demands of its entries is audited as configure, whoever makes it.';

create trigger audit_entry_rules after insert or update of config on public.sync_integrations
  for each row execute function sync_scheduler.audit_entry_rules();
