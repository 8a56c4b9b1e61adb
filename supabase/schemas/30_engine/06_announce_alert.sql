create or replace function sync_scheduler.announce_alert() returns trigger
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
  select w.org_id, jsonb_build_object(
    'type', event,
    'timestamp', now(),
    'text', sync_scheduler.alert_text(case when event = 'alert.resolved' then 'resolved' else new.severity::text end,
      new.integration_type, new.message),
    'data', to_jsonb(new) - 'dedup_key')
  from public.sync_alert_webhooks w
  where w.stopped_at is null and new.severity >= w.min_severity and (w.kinds is null or new.kind = any (w.kinds))
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
revoke all on function sync_scheduler.announce_alert() from public, anon, authenticated, service_role;
comment on function sync_scheduler.announce_alert() is
  'Trigger of sync_alerts: queues a message for each webhook that asks for such alerts, in the same transaction. A repeated '
  'alert sends no message. One that is more severe, or has news (news_at), does.';

-- That nothing is posted any more cannot be posted.
create trigger announce_alert after insert on public.sync_alerts
  for each row when (new.kind <> 'webhook_stopped' and new.news_at is not null) execute function sync_scheduler.announce_alert();
-- Nothing is reported of an alert that is resolved before anything else was.
create trigger announce_change after update of severity, resolved_at, news_at on public.sync_alerts
  for each row when (new.kind <> 'webhook_stopped' and new.news_at is not null
    and (new.severity > old.severity or (old.resolved_at is null and new.resolved_at is not null)
      or old.news_at is distinct from new.news_at))
  execute function sync_scheduler.announce_alert();
