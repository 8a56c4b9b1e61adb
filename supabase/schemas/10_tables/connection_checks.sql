create table sync_scheduler.connection_checks (
  -- One an integration: a new check replaces the token of the last. So a late answer is worthless, two at a
  -- time are impossible, and there is nothing to purge.
  integration_id uuid primary key references public.sync_integrations (id) on delete cascade,
  token_hash bytea not null,
  requested_at timestamptz not null,
  by_tick boolean not null default false,
  request_id bigint,
  claimed_at timestamptz,
  ended_at timestamptz
);
create index connection_checks_open_idx on sync_scheduler.connection_checks (requested_at)
  where ended_at is null;

comment on table sync_scheduler.connection_checks is 'The last connection check of each integration.';
comment on column sync_scheduler.connection_checks.token_hash is
  'SHA-256 of the one-time token with which the function claims and answers.';
comment on column sync_scheduler.connection_checks.by_tick is
  'Whether the tick asked. Only these checks open or end a vendor''s incident: one that a person asks for '
  'concerns the person.';
comment on column sync_scheduler.connection_checks.request_id is
  'Id in net._http_response: a hint for people, as in run_attempts.';
comment on column sync_scheduler.connection_checks.ended_at is
  'When it was answered, or counted as not answered.';
