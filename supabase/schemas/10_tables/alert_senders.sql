create table sync_scheduler.alert_senders (
  org_id uuid primary key references public.sync_alert_webhooks (org_id) on delete cascade,
  -- vault.secrets.id of a JSON object with url and secret.
  secret_id uuid not null,
  -- When the tick posts the next request: also for one without an answer. Null: nothing waits, or it stopped.
  next_attempt_at timestamptz,
  -- Failed attempts in a row: what the backoff follows.
  failures integer not null default 0,
  -- One request at a time: a new one replaces the token of the last, so a late answer is worthless.
  token_hash bytea,
  requested_at timestamptz,
  request_id bigint,
  claimed_at timestamptz, ended_at timestamptz
);
create index alert_senders_due_idx on sync_scheduler.alert_senders (next_attempt_at)
  where next_attempt_at is not null;
comment on table sync_scheduler.alert_senders is
  'Posts the messages of an organisation''s webhook, one request at a time, whatever becomes of others''.';
