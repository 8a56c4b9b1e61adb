create table public.sync_alerts (
  alert_id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  integration_id uuid,
  -- No foreign key: an alert outlives the run that it is about.
  run_id uuid,
  kind public.sync_alert_kind not null,
  severity public.sync_alert_severity not null,
  dedup_key text not null,
  message text not null,
  details jsonb not null default '{}',
  raised_at timestamptz not null default now(),
  resolved_at timestamptz,
  unique (org_id, dedup_key),
  foreign key (integration_id, org_id) references public.sync_integrations (id, org_id) on delete cascade
);
create index sync_alerts_integration_idx on public.sync_alerts (integration_id, org_id);
create index sync_alerts_raised_idx on public.sync_alerts (raised_at);
create index sync_alerts_open_idx on public.sync_alerts (kind) where resolved_at is null;
alter table public.sync_alerts enable row level security;
comment on table public.sync_alerts is
  'What somebody should look at. Members read it; written by the functions of this bundle.';
comment on column public.sync_alerts.dedup_key is 'Names the incident: an alert with this key is raised once.';
comment on column public.sync_alerts.message is 'In a coordinator''s words.';
