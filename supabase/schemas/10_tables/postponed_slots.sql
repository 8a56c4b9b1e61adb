create table sync_scheduler.postponed_slots (
  integration_id uuid primary key references public.sync_integrations (id) on delete cascade,
  scheduled_for timestamptz not null,
  reason text not null,
  postponed_at timestamptz not null default now()
);
comment on table sync_scheduler.postponed_slots is
  'The last slot of an integration that the tick could not start, and why. It was put off by a minute.';
