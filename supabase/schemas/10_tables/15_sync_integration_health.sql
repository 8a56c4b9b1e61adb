create table public.sync_integration_health (
  integration_id uuid primary key,
  org_id uuid not null,
  status public.sync_health_status not null default 'unknown',
  since timestamptz not null default clock_timestamp(),
  last_error_code text,
  last_error_message text,
  check_requested_at timestamptz,
  checked_at timestamptz,
  latency_ms integer,
  -- In this order: the index for it is also the one by which members find their rows.
  foreign key (org_id, integration_id) references public.sync_integrations (org_id, id) on delete cascade
);
create index sync_integration_health_org_idx on public.sync_integration_health (org_id, integration_id);
alter table public.sync_integration_health enable row level security;

comment on table public.sync_integration_health is
  'One row an integration: does it work, and what did the last connection check say. Members read it and Realtime '
  'publishes it; written only by the functions of this bundle.';
comment on column public.sync_integration_health.since is 'When status last changed.';
comment on column public.sync_integration_health.last_error_code is
  'What the newest failure was, whether status changed or not; null once something got through.';
comment on column public.sync_integration_health.last_error_message is
  'In a coordinator''s words; never a secret or a stack trace.';
comment on column public.sync_integration_health.check_requested_at is
  'When the last connection check was asked for. It is answered once checked_at is later.';
comment on column public.sync_integration_health.latency_ms is
  'How long the external system took for the last check; null if it was not asked or did not answer.';
