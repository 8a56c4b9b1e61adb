-- Writes the message of an alert or a run.

-- Trigger of sync_alerts: queues a message for each webhook that asks for such alerts, in the same
-- transaction. A repeated alert sends no message. One that is more severe, or has news (news_at), does.
create or replace function sync_scheduler.queue_alert_message() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  event text := case
    -- Of an insert OLD is null.
    when old.news_at is null then 'alert.raised'
    when new.resolved_at is not null then 'alert.resolved'
    when new.severity > old.severity then 'alert.escalated'
    else 'alert.updated' end;
begin
  insert into sync_scheduler.alert_messages (org_id, body)
  select w.org_id, jsonb_build_object('type', event, 'timestamp', now(),
    'text', sync_scheduler.message_text(
      case when event = 'alert.resolved' then 'resolved' else new.severity::text end,
      new.integration_type, new.message),
    'data', to_jsonb(new) - 'dedup_key')
  from public.sync_alert_webhooks w where w.stopped_at is null and new.severity >= w.min_severity
    and (w.kinds is null or new.kind = any (w.kinds))
    and w.org_id in (
      select new.org_id
      union
      -- A shared alert goes to all whom it concerns, as its policy has it.
      select i.org_id from public.sync_integrations i
      where new.org_id is null and i.integration_type = coalesce(new.integration_type, i.integration_type)
        and (new.details ->> 'host' is null or sync_scheduler.vendor_host(i) = new.details ->> 'host'));
  return null;
end;
$$;

create trigger queue_alert_message after insert on public.sync_alerts
  for each row when (new.news_at is not null) execute function sync_scheduler.queue_alert_message();
-- Nothing is reported of an alert that is resolved before anything else was.
create trigger announce_change after update of severity, resolved_at, news_at on public.sync_alerts
  for each row when (new.kind <> 'webhook_stopped' and new.news_at is not null
    and (new.severity > old.severity or (old.resolved_at is null and new.resolved_at is not null)
      or old.news_at is distinct from new.news_at))
  execute function sync_scheduler.queue_alert_message();

-- Trigger of sync_run_log: queues the end of a run for the organisation's webhook, if it asks for that. An
-- error is a warning: it must not undo the end.
create or replace function sync_scheduler.queue_run_message() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- For an organisation without a webhook, one look by the key.
  insert into sync_scheduler.alert_messages (org_id, body)
  select w.org_id, jsonb_build_object('type', 'run.finished', 'timestamp', now(),
    'text', sync_scheduler.message_text(new.status::text, new.integration_type, concat_ws(' ',
      case when new.entries_failed > 0
        then format('%s exported, %s rejected.', new.entries_done, new.entries_failed)
        else format('%s of %s%s entries exported.', new.entries_done,
          -- Counted up to 10,000, see entries_total of sync_run_log.
          case when new.entries_total > 10000 and new.status <> 'succeeded' then 'at least ' else '' end,
          new.entries_total) end,
        new.error_message)),
    'data', to_jsonb(new) - 'idempotency_key')
  from public.sync_alert_webhooks w where w.org_id = new.org_id and w.finished_runs and w.stopped_at is null;
  return null;
exception when others then
  raise warning 'sync_scheduler.queue_run_message: % (%)', sqlerrm, sqlstate;
  return null;
end;
$$;

create trigger ended_3_message after update of finished_at on public.sync_run_log
  for each row execute function sync_scheduler.queue_run_message();

-- The field text of a webhook message, as Slack and what imitates it show it. Nothing in it is a link, a
-- mention or another line: https://evil.example becomes https[:]//evil[.]example.
create or replace function sync_scheduler.message_text(label text, integration_type text, message text)
  returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  shown text := concat('[', label, '] ', coalesce((
      select t.name from public.sync_integration_types t where t.code = message_text.integration_type),
    'Sync scheduler'), ': ', message);
begin
  -- A message may quote a vendor, an entry or a person. It stays one line, read in one direction, without
  -- invisible characters.
  shown := regexp_replace(shown,
    '[\u0001-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]+', ' ',
    'g');
  -- Chats make links of bare addresses:
  -- https://docs.slack.dev/reference/block-kit/composition-objects/text-object (verbatim).
  shown := replace(shown, '://', '[:]//');
  shown := regexp_replace(shown, '([^[:space:][:punct:]])[.。．｡](?=[^[:space:][:punct:][:digit:]]{2})',
    '\1[.]', 'g');
  -- What imitates Slack reads @here and Markdown's links.
  shown := regexp_replace(shown, '(^|[^[:alnum:]])@(?=[[:alnum:]])', '\1@ ', 'g');
  shown := replace(shown, '](', '] (');
  -- Slack would read <!channel> as a call to everybody.
  return replace(replace(replace(shown, '&', '&amp;'), '<', '&lt;'), '>', '&gt;');
end;
$$;
