create table sync_scheduler.alert_messages (
  number bigint generated always as identity primary key,
  -- The header webhook-id, the same at each attempt: by it a receiver knows a repetition.
  message_id uuid not null default gen_random_uuid(),
  org_id uuid not null references public.sync_alert_webhooks (org_id) on delete cascade,
  body jsonb not null,
  -- Not seen by the tick yet, which has to wake the sender.
  is_new boolean not null default true,
  created_at timestamptz not null default now(),
  attempts integer not null default 0,
  last_status integer, last_error text,
  delivered_at timestamptz
);
create index alert_messages_new_idx on sync_scheduler.alert_messages (org_id) where is_new;
create index alert_messages_waiting_idx on sync_scheduler.alert_messages (org_id, number)
  where delivered_at is null;
create index alert_messages_created_idx on sync_scheduler.alert_messages (created_at);
comment on table sync_scheduler.alert_messages is
  'The outbox of alert webhooks: written in the transaction that it reports, delivered by number.';
