create table sync_scheduler.paused_runs (
  run_id uuid primary key references public.sync_run_log (run_id) on delete cascade,
  -- Since when the run waits. Its deadline moves by that time when it goes on.
  paused_at timestamptz not null default now(),
  -- When the next attempt was due at its beginning; null: at once. A vendor's wait outlasts a shorter pause.
  next_attempt_at timestamptz
);
comment on table sync_scheduler.paused_runs is
  'Runs that wait because their integration is paused or disabled, until it changes. No tick reads it.';
