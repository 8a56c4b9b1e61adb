create table sync_scheduler.run_attempts (
  run_id uuid not null references public.sync_run_log (run_id) on delete cascade,
  attempt integer not null check (attempt >= 1),
  token_hash bytea not null,
  request_id bigint,
  dispatched_at timestamptz not null default now(),
  dispatch_count integer not null default 1,
  response_status integer,
  response_error text,
  claimed_at timestamptz,
  boot_id uuid,
  boot_ms numeric,
  cold_start boolean,
  first_vendor_byte_ms numeric,
  heartbeat_at timestamptz,
  lease_expires_at timestamptz not null,
  settled_before integer,
  checkpoint jsonb,
  reserved_from bigint,
  address jsonb,
  ended_at timestamptz,
  outcome sync_scheduler.attempt_outcome,
  reported_outcome text,
  error_class sync_scheduler.error_class,
  error_code text,
  error_message text,
  blames sync_scheduler.blames,
  retry_after interval,
  over_quota boolean not null default false,
  retried_at_once boolean not null default false,
  refused_protocol integer,
  database_trouble jsonb,
  vendor_wait interval,
  primary key (run_id, attempt),
  check ((ended_at is null) = (outcome is null))
)
-- What is due is read from the left end of an index, where each row that has moved on leaves a dead entry:
-- see docs/design/schedule.md.
with (autovacuum_vacuum_scale_factor = 0.02, vacuum_index_cleanup = on);
create index run_attempts_lease_idx on sync_scheduler.run_attempts (lease_expires_at)
  where ended_at is null;

comment on table sync_scheduler.run_attempts is
  'The dispatch timeline of each attempt: queued, answered, claimed, alive, ended.';
comment on column sync_scheduler.run_attempts.token_hash is
  'SHA-256 of the token of the newest dispatch; an older token of the same attempt is worthless.';
comment on column sync_scheduler.run_attempts.request_id is
  'Id in net._http_response: a hint for people. pg_net starts again at 1 after a crash, so nothing is keyed '
  'on it.';
comment on column sync_scheduler.run_attempts.blames is
  'What the failure is about. Null: the attempt did not fail, or its worker did not say.';
comment on column sync_scheduler.run_attempts.retry_after is
  'How long the vendor asked to wait, as the worker reported it. Null: it did not.';
comment on column sync_scheduler.run_attempts.over_quota is
  'Whether the vendor said that we ask too much, also in an attempt that did not fail of it.';
comment on column sync_scheduler.run_attempts.retried_at_once is
  'Whether the run was retried at once after this attempt, which failed on a cold start. A run has one such '
  'retry.';
comment on column sync_scheduler.run_attempts.refused_protocol is
  'The protocol of the worker whose claim was refused last. Null: no claim was refused.';
comment on column sync_scheduler.run_attempts.database_trouble is
  'What the database could not write down itself, as the claim reported it: {code, since, until}.';
comment on column sync_scheduler.run_attempts.vendor_wait is
  'How long the vendor asked to wait after this attempt; the run''s deadline moved by it. Null: it did not.';
comment on column sync_scheduler.run_attempts.reserved_from is
  'The first entry of the last batch that the attempt reserved in order. A hint: its run looks for entries '
  'from there on, and once from the beginning before it is done. Null: from the attempt before it.';
comment on column sync_scheduler.run_attempts.address is
  'address_of the integration when the attempt was claimed: where its worker sends. With another one it gets '
  'no further entries.';
comment on column sync_scheduler.run_attempts.lease_expires_at is
  'Before the claim: when to dispatch again. After it: when the worker counts as lost.';
comment on column sync_scheduler.run_attempts.settled_before is
  'Entries that the run had settled when the attempt was claimed: it shows whether a slice made progress.';
comment on column sync_scheduler.run_attempts.reported_outcome is
  'The outcome that the worker gave; the engine may have made another of it. Null when it never did.';
comment on column sync_scheduler.run_attempts.first_vendor_byte_ms is
  'Milliseconds from the claim until the external system first answered anything; null: it did not, or the '
  'worker was lost before it could say so.';
comment on column sync_scheduler.run_attempts.boot_ms is
  'Milliseconds from the start of the isolate until it was ready to serve.';
