create table sync_scheduler.alert_senders (
  org_id uuid primary key references public.sync_alert_webhooks (org_id) on delete cascade,
  secret_id uuid not null,
  next_attempt_at timestamptz,
  failures integer not null default 0,
  -- One request at a time: a new one replaces the token of the last, so an answer that comes too late is
  -- worthless.
  token_hash bytea,
  requested_at timestamptz,
  request_id bigint,
  claimed_at timestamptz,
  ended_at timestamptz
);
create index alert_senders_due_idx on sync_scheduler.alert_senders (next_attempt_at)
  where next_attempt_at is not null;
comment on table sync_scheduler.alert_senders is
  'Posts the messages of an organisation''s webhook, one request at a time, whatever becomes of those of '
  'others.';
comment on column sync_scheduler.alert_senders.secret_id is
  'vault.secrets.id of a JSON object with url and secret.';
comment on column sync_scheduler.alert_senders.next_attempt_at is
  'When the tick posts the next request: also for one without an answer. Null: nothing waits, or it has '
  'stopped.';
comment on column sync_scheduler.alert_senders.failures is
  'Failed attempts in a row: what the backoff follows.';
comment on column sync_scheduler.alert_senders.request_id is
  'Id in net._http_response: a hint for people, as in run_attempts.';
