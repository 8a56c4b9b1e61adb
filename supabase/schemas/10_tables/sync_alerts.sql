create table public.sync_alerts (
  alert_id uuid primary key default gen_random_uuid(),
  org_id uuid,
  integration_id uuid,
  integration_type text,
  -- No foreign key: an alert outlives the run that it is about.
  run_id uuid,
  kind public.sync_alert_kind not null,
  severity public.sync_alert_severity not null,
  -- Names the occurrence: while an alert with this key is open, it is counted up.
  dedup_key text not null,
  message text not null,
  details jsonb not null default '{}',
  count integer not null default 1,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  -- When there was last something to report: each change sends a message. Null: nothing was reported yet.
  news_at timestamptz default clock_timestamp(),
  -- No foreign key: who has seen to it stays when the account is gone.
  acknowledged_by uuid, acknowledged_at timestamptz,
  resolved_at timestamptz,
  foreign key (integration_id, org_id) references public.sync_integrations (id, org_id) on delete cascade,
  check (integration_id is null or org_id is not null),
  check (acknowledged_by is null or acknowledged_at is not null)
);
-- One open alert for an occurrence, however often it is noticed. The next occurrence is a new alert.
create unique index sync_alerts_occurrence_idx on public.sync_alerts (org_id, dedup_key) nulls not distinct
  where resolved_at is null;
create index sync_alerts_org_idx on public.sync_alerts (org_id, last_seen_at desc);
create index sync_alerts_integration_idx on public.sync_alerts (integration_id, org_id);
create index sync_alerts_first_seen_idx on public.sync_alerts (first_seen_at);
create index sync_alerts_open_idx on public.sync_alerts (kind) where resolved_at is null;
-- What a run that succeeds looks into: nearly always empty.
create index sync_alerts_open_integration_idx on public.sync_alerts (integration_id)
  where resolved_at is null;
create index sync_alerts_shared_idx on public.sync_alerts (integration_type)
  where org_id is null and resolved_at is null;
alter table public.sync_alerts enable row level security;
comment on table public.sync_alerts is 'What a person should look at. Realtime publishes it.';
comment on column public.sync_alerts.org_id is
  'Null: of a vendor, for all who use integration_type; without integration_type of the whole installation.';
comment on column public.sync_alerts.resolved_at is 'When the cause was gone; null: open.';
