create table sync_scheduler.ticks (
  tick_id bigint generated always as identity primary key,
  ticked_at timestamptz not null default now(),
  duration_ms numeric,
  started integer not null default 0,
  skipped integer not null default 0,
  recovered integer not null default 0,
  errors jsonb
);
create index ticks_ticked_at_idx on sync_scheduler.ticks (ticked_at);
comment on table sync_scheduler.ticks is 'One row a tick: that the scheduler is alive, and what it did.';
comment on column sync_scheduler.ticks.errors is 'Step of the tick to message, for the steps that failed; null: none.';
