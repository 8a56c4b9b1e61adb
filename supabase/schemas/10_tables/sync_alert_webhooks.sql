create table public.sync_alert_webhooks (
  -- 20_membership adds the foreign key; a host with organisations of its own adds its own.
  org_id uuid primary key,
  host text not null,
  format public.sync_alert_format not null default 'json',
  kinds public.sync_alert_kind[],
  min_severity public.sync_alert_severity not null default 'info',
  finished_runs boolean not null default false,
  configured_at timestamptz not null default now(),
  delivered_at timestamptz,
  last_status integer, last_error text,
  failing_since timestamptz,
  stopped_at timestamptz, stop_reason text,
  check (cardinality(kinds) > 0),
  check ((stopped_at is null) = (stop_reason is null))
);
alter table public.sync_alert_webhooks enable row level security;

comment on table public.sync_alert_webhooks is
  'Where an organisation''s alerts are posted, and how that goes. Address and signing secret are in Vault.';
comment on column public.sync_alert_webhooks.kinds is 'Only alerts of these kinds are posted; null: of all.';
comment on column public.sync_alert_webhooks.delivered_at is 'When the receiver last took something.';
comment on column public.sync_alert_webhooks.failing_since is 'Since when it takes nothing; null: it does.';
comment on column public.sync_alert_webhooks.stopped_at is
  'Since when nothing is posted, until it is configured again. stop_reason: gone, refused, unreachable.';

create trigger forget_secret after delete on public.sync_alert_webhooks
  for each row execute function sync_scheduler.forget_secret('alert webhook', 'org_id');
