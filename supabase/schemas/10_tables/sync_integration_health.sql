create table public.sync_integration_health (
  integration_id uuid primary key,
  org_id uuid not null,
  status public.sync_health_status not null default 'unknown',
  since timestamptz not null default clock_timestamp(),
  last_error_code text, last_error_message text,
  check_requested_at timestamptz, checked_at timestamptz,
  latency_ms integer,
  next_check_at timestamptz,
  -- Checks that failed since something got through: from the second on the interval doubles, up to a day.
  consecutive_failures integer not null default 0,
  -- Since when checks leave the vendor's quota to the syncs: it answered that we ask too much.
  passive_since timestamptz,
  -- When config or credentials last changed. What was found with older ones says nothing about these.
  configured_at timestamptz not null default now(),
  last_success_at timestamptz,
  -- When a run last failed with the present config and credentials, if nothing has got through since. A
  -- connection check does not clear it: an answered check shows only that the way is open.
  run_failed_at timestamptz,
  -- In this order: the index for it is also the one by which members find their rows.
  foreign key (org_id, integration_id) references public.sync_integrations (org_id, id) on delete cascade
)
-- The tick reads the left end of an index, where moved rows leave dead entries: docs/design/schedule.md.
with (autovacuum_vacuum_scale_factor = 0.02, vacuum_index_cleanup = on);
create index sync_integration_health_org_idx on public.sync_integration_health (org_id, integration_id);
-- What the tick looks into: its cost follows what is due.
create index sync_integration_health_due_idx on public.sync_integration_health (next_check_at)
  where next_check_at is not null;
alter table public.sync_integration_health enable row level security;

comment on table public.sync_integration_health is
  'Does an integration work, and what did the last connection check say? Realtime publishes it.';
comment on column public.sync_integration_health.last_error_code is
  'The newest failure, whether status changed or not; null once something got through.';
comment on column public.sync_integration_health.check_requested_at is
  'When the last connection check was asked for. It is answered once checked_at is later.';
comment on column public.sync_integration_health.next_check_at is
  'When the tick checks next, unless a sync shows by then that the connection works. Null: not at all.';
comment on column public.sync_integration_health.last_success_at is
  'When the external system last took entries, with the present config and credentials; exact to a minute.';
