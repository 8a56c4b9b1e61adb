create table sync_scheduler.connection_checks (
  -- One an integration: a new check replaces the token of the last. So a late answer is worthless, two at a
  -- time are impossible, and there is nothing to purge.
  integration_id uuid primary key references public.sync_integrations (id) on delete cascade,
  token_hash bytea not null,
  requested_at timestamptz not null,
  -- Whether the tick asked. Only its checks open or end a vendor's incident: a person's concern the person.
  by_tick boolean not null default false,
  request_id bigint,
  claimed_at timestamptz,
  -- When it was answered, or counted as not answered.
  ended_at timestamptz
);
create index connection_checks_open_idx on sync_scheduler.connection_checks (requested_at)
  where ended_at is null;
comment on table sync_scheduler.connection_checks is 'The last connection check of each integration.';
