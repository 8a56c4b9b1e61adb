create table sync_scheduler.paused_runs (
  run_id uuid primary key references public.sync_run_log (run_id) on delete cascade,
  paused_at timestamptz not null default now(),
  next_attempt_at timestamptz
);
comment on table sync_scheduler.paused_runs is
  'Runs that wait because their integration is paused or disabled. No tick reads it: the change of the '
  'integration ends the wait.';
comment on column sync_scheduler.paused_runs.paused_at is
  'Since when the run waits. Its deadline moves by that time when it goes on.';
comment on column sync_scheduler.paused_runs.next_attempt_at is
  'When the next attempt was due at the beginning of the pause; null: at once. A vendor''s wait outlasts a '
  'shorter pause.';
