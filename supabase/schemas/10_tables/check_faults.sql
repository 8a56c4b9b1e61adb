create table sync_scheduler.check_faults (
  integration_id uuid primary key references public.sync_integrations (id) on delete cascade,
  -- What the last failed check says by itself; healthy: the external system has answered since;
  -- unknown: it was credentials_needed, and an admin has stored them since.
  status public.sync_health_status not null,
  -- Failed checks in a row, outside of a vendor's incident.
  failures integer not null default 0,
  error_code text, error_message text,
  found_at timestamptz not null default clock_timestamp(),
  -- When a check was last refused since the system answered, unless a failed run's alert says the same.
  refused_at timestamptz, refused_code text
);
comment on table sync_scheduler.check_faults is
  'What connection checks have found wrong with an integration. Each failed check writes its row.';
