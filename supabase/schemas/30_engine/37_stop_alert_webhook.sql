create or replace function sync_scheduler.stop_alert_webhook(org_id uuid, reason text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  stopped public.sync_alert_webhooks;
begin
  update public.sync_alert_webhooks w set stopped_at = now(), stop_reason = stop_alert_webhook.reason
  where w.org_id = stop_alert_webhook.org_id returning * into strict stopped;
  update sync_scheduler.alert_senders s set next_attempt_at = null where s.org_id = stopped.org_id;
  perform sync_scheduler.note_alert(stopped.org_id, null, null, 'webhook_stopped', 'warning',
    sync_scheduler.alert_key('webhook_stopped', stopped.org_id::text, null),
    format('Alerts are no longer posted to %s: %s. Configure the alert webhook again.', stopped.host, case stopped.stop_reason
      when 'gone' then 'the receiver says that it is gone'
      when 'refused' then 'the receiver has refused them for an hour'
      else 'the receiver has not taken any for three days' end),
    jsonb_build_object('host', stopped.host, 'reason', stopped.stop_reason, 'failing_since', stopped.failing_since), null);
end;
$$;
revoke all on function sync_scheduler.stop_alert_webhook(uuid, text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.stop_alert_webhook(uuid, text) is
  'Posts nothing more to an organisation''s alert webhook until it is configured again, and raises webhook_stopped. What waits '
  'stays for as long as messages are kept. The caller holds the sender''s lock.';
