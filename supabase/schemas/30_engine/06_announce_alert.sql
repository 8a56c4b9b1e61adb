create or replace function sync_scheduler.announce_alert() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  event text := case when tg_op = 'INSERT' then 'alert.raised' when new.resolved_at is not null then 'alert.resolved'
    else 'alert.escalated' end;
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
  'Trigger of sync_alerts: queues what the webhooks that want it are to be told, in the same transaction. That an alert is seen '
  'again is not told, but that it has become more severe.';

-- That nothing is posted any more cannot be posted.
create trigger announce_alert after insert on public.sync_alerts
  for each row when (new.kind <> 'webhook_stopped') execute function sync_scheduler.announce_alert();
create trigger announce_change after update of severity, resolved_at on public.sync_alerts
  for each row when (new.kind <> 'webhook_stopped'
    and (new.severity > old.severity or (old.resolved_at is null and new.resolved_at is not null)))
  execute function sync_scheduler.announce_alert();
