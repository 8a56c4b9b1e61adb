create table sync_scheduler.warmups (
  -- One for a slot's instant, whatever number of integrations share it: of two ticks at once only one sends.
  scheduled_for timestamptz primary key,
  token_hash bytea not null,
  requested_at timestamptz not null default now(),
  request_id bigint,
  answered_at timestamptz,
  boot_id uuid,
  boot_ms numeric,
  -- Whether the warm-up booted the isolate. False: one was up already, and would have been without it.
  cold_start boolean
);
comment on table sync_scheduler.warmups is
  'Requests that boot the Edge Function shortly before a slot, and how it came up.';
