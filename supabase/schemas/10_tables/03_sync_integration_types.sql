create table public.sync_integration_types (
  code text primary key check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
  name text not null
);
alter table public.sync_integration_types enable row level security;
comment on table public.sync_integration_types is
  'The kinds of external system that an integration may connect to.';

insert into public.sync_integration_types (code, name) values
  ('xledger', 'Xledger'),
  ('dynamics', 'Dynamics 365 Business Central'),
  ('webhook', 'Webhook');
