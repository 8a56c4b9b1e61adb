create table sync_scheduler.check_faults (
  integration_id uuid primary key references public.sync_integrations (id) on delete cascade,
  status public.sync_health_status not null,
  failures integer not null default 0,
  error_code text,
  error_message text,
  found_at timestamptz not null default clock_timestamp(),
  refused_at timestamptz,
  refused_code text
);
comment on table sync_scheduler.check_faults is
  'What connection checks have found wrong with an integration. Each failed check writes its row.';
comment on column sync_scheduler.check_faults.status is
  'What the last failed check says by itself; healthy: the external system has answered since.';
comment on column sync_scheduler.check_faults.failures is
  'Failed checks in a row, outside of a vendor''s incident.';
comment on column sync_scheduler.check_faults.refused_at is
  'When a check was last refused, unless the alert of a failed run says the same. Null: not since the '
  'external system last answered.';
