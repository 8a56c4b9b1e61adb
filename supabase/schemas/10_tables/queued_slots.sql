create table sync_scheduler.queued_slots (
  integration_id uuid not null references public.sync_integrations (id) on delete cascade,
  scheduled_for timestamptz not null,
  triggered_by public.sync_run_trigger not null check (triggered_by in ('schedule', 'backfill')),
  requested_by uuid,
  requested_at timestamptz not null default now(),
  primary key (integration_id, scheduled_for)
);
-- buffer_one: at most one slot of the schedule waits.
create unique index queued_slots_one_buffered_idx on sync_scheduler.queued_slots (integration_id)
  where triggered_by = 'schedule';
-- What a tick looks into.
create index queued_slots_requested_idx on sync_scheduler.queued_slots (requested_at);
comment on table sync_scheduler.queued_slots is
  'Slots of buffer_one and of backfills, which run, the earliest first, once their integration is free.';
