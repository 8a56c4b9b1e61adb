-- All tables of this folder, in the order in which work passes through them:
--
--     sync_integration_types   kinds of external systems; sync_integrations: connections to one
--     integration_credentials  names an integration's Vault secret, and the address that it belongs to
--     sync_export_entries      the outbox; states: sync_entry_state in 00_setup/types.sql. refused_entries:
--                              what was never accepted; refused_deliveries: the last that changed those
--     sync_run_log             runs: pending -> running -> succeeded | failed | cancelled; slots without a
--                              run: skipped. The last four are final. paused_runs: runs that wait
--     run_attempts             tries of a run: dispatched (a token), claimed (a lease), ended (an outcome)
--     queued_slots             slots that run when their integration is free; postponed_slots: put off
--     ticks, warmups           what the scheduler did; requests that boot the function before a slot
--     sync_integration_health  what is known about a connection; connection_checks: its last check;
--                              check_faults: what the checks found wrong
--     vendors, vendor_failures what shows that a vendor is down; sync_vendor_incidents: that it is
--     sync_alerts              faults that need a person, open until resolved_at
--     sync_alert_webhooks      where they are posted; alert_senders, alert_messages: a webhook's outbox
--     sync_audit_log           who changed what, and why; redaction: how far old payloads are emptied

create table public.sync_integration_types (
  code text primary key check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
  name text not null,
  host text check (host = lower(host)),
  address_keys text[] not null check (array_position(address_keys, null) is null)
);
alter table public.sync_integration_types enable row level security;
comment on table public.sync_integration_types is
  'The kinds of external system that an integration may connect to.';
comment on column public.sync_integration_types.host is
  'Host (and port) of the integrations whose config has no url or api_url. Null: they are not in one place.';
comment on column public.sync_integration_types.address_keys is
  'The keys of config that decide where requests go. Credentials are handed out only for their stored '
  'values.';

insert into public.sync_integration_types (code, name, host, address_keys) values
  ('xledger', 'Xledger', 'www.xledger.net', '{url}'),
  ('dynamics', 'Dynamics 365 Business Central', 'api.businesscentral.dynamics.com',
    '{tenant_id,environment,company,api_url,login_url}'),
  ('webhook', 'Webhook', null, '{url}');
