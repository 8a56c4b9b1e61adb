create table sync_scheduler.warmups (
  -- One for a slot's instant, whatever number of integrations share it: of two ticks at once only one sends.
  scheduled_for timestamptz primary key,
  token_hash bytea not null,
  requested_at timestamptz not null default now(),
  request_id bigint,
  answered_at timestamptz,
  boot_id uuid,
  boot_ms numeric,
  cold_start boolean
);
comment on table sync_scheduler.warmups is
  'Requests that boot the Edge Function shortly before a slot, and how it came up. Kept for '
  'settings.retention_ticks.';
comment on column sync_scheduler.warmups.token_hash is
  'SHA-256 of the one-time token with which the function answers.';
comment on column sync_scheduler.warmups.request_id is
  'Id in net._http_response: a hint for people, as in run_attempts.';
comment on column sync_scheduler.warmups.answered_at is 'When the isolate reported itself; null: never.';
comment on column sync_scheduler.warmups.cold_start is
  'Whether the warm-up booted the isolate. False: one was up already, and would have been without it.';
