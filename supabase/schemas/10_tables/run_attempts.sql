create table sync_scheduler.run_attempts (
  run_id uuid not null references public.sync_run_log (run_id) on delete cascade,
  attempt integer not null check (attempt >= 1),
  -- SHA-256 of the token of the newest dispatch; an older token of the same attempt is worthless.
  token_hash bytea not null,
  -- Id in net._http_response: a hint for people. pg_net starts again at 1 after a crash, so it is no key.
  request_id bigint,
  dispatched_at timestamptz not null default now(),
  dispatch_count integer not null default 1,
  response_status integer, response_error text,
  claimed_at timestamptz,
  boot_id uuid,
  -- From the start of the isolate until it was ready to serve.
  boot_ms numeric,
  cold_start boolean,
  -- From the claim until the external system first answered anything. Null: the worker did not say so.
  first_vendor_byte_ms numeric,
  heartbeat_at timestamptz,
  -- Before the claim: when to dispatch again. After it: when the worker counts as lost.
  lease_expires_at timestamptz not null,
  -- Entries that the run had settled at the claim: it shows whether a slice made progress.
  settled_before integer,
  checkpoint jsonb,
  -- The first entry of the last batch that was reserved in order. A hint: the run looks for entries from
  -- there on, and once from the beginning before it is done. Null: see the attempt before it.
  reserved_from bigint,
  -- address_of the integration at the claim. The worker sends there: with another it gets no further entries.
  address jsonb,
  ended_at timestamptz,
  outcome sync_scheduler.attempt_outcome,
  -- The outcome that the worker gave; the engine may have made another of it.
  reported_outcome text,
  error_class sync_scheduler.error_class,
  error_code text, error_message text,
  -- Null: the attempt did not fail, or its worker did not say.
  blames sync_scheduler.blames,
  retry_after interval,
  -- Whether the vendor said that we ask too much, also in an attempt that did not fail of it.
  over_quota boolean not null default false,
  -- Whether the run was retried at once after a failure on a cold start. A run has one such retry.
  retried_at_once boolean not null default false,
  -- The protocol of the worker whose claim was refused last.
  refused_protocol integer,
  -- What the database could not write down itself, as the claim reported it: {code, since, until}.
  database_trouble jsonb,
  primary key (run_id, attempt),
  check ((ended_at is null) = (outcome is null))
)
-- The tick reads the left end of an index, where moved rows leave dead entries: docs/design/schedule.md.
with (autovacuum_vacuum_scale_factor = 0.02, vacuum_index_cleanup = on);
-- For the tick alone. What knows the run asks for ended_at, so no plan can look for it here, past the
-- entries of all that ended since the oldest snapshot.
create index run_attempts_lease_idx on sync_scheduler.run_attempts (lease_expires_at)
  where outcome is null;
comment on table sync_scheduler.run_attempts is
  'The dispatch timeline of each attempt: queued, answered, claimed, alive, ended.';
