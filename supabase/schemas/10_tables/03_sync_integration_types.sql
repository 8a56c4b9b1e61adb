create table public.sync_integration_types (
  code text primary key check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
  name text not null,
  host text check (host = lower(host))
);
alter table public.sync_integration_types enable row level security;
comment on table public.sync_integration_types is
  'The kinds of external system that an integration may connect to.';

comment on column public.sync_integration_types.host is
  'Host (and port, if it is not the usual one) where the integrations of this type are whose config has no url or api_url; null: '
  'they are not all in one place.';

insert into public.sync_integration_types (code, name, host) values
  ('xledger', 'Xledger', 'www.xledger.net'),
  ('dynamics', 'Dynamics 365 Business Central', 'api.businesscentral.dynamics.com'),
  ('webhook', 'Webhook', null);
