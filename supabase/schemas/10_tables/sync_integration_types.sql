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
  'Host (and port, if it is not the usual one) where the integrations of this type are whose config has no '
  'url or api_url; null: they are not all in one place.';

comment on column public.sync_integration_types.address_keys is
  'The keys of config that decide where requests go. Credentials are handed out only for the values with '
  'which they were stored. The same as addressKeys of the connector: a test proves it. Empty: the connector '
  'itself knows the address.';

insert into public.sync_integration_types (code, name, host, address_keys) values
  ('xledger', 'Xledger', 'www.xledger.net', '{url}'),
  ('dynamics', 'Dynamics 365 Business Central', 'api.businesscentral.dynamics.com',
    '{tenant_id,environment,company,api_url,login_url}'),
  ('webhook', 'Webhook', null, '{url}');
