create or replace function sync_scheduler.require_webhook_due(org_id uuid) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- The audit log remembers it when the webhook has been removed since, and nobody but its owner can take anything out of it.
  perform sync_scheduler.refuse_until((
    select max(a.created_at) + s.probe_cooldown from sync_scheduler.settings s, public.sync_audit_log a
    where a.org_id = require_webhook_due.org_id and a.created_at > now() - s.probe_cooldown and a.action = 'configure_alert_webhook'
    group by s.probe_cooldown), 'webhook');
end;
$$;
revoke all on function sync_scheduler.require_webhook_due(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_webhook_due(uuid) is
  'Refuses (PT429 rate_limited) while the organisation''s alert webhook was last configured less than settings.probe_cooldown ago: '
  'each time something is posted to an address that the caller chooses. The caller holds the webhook''s lock.';
