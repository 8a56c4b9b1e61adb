-- Definer, because no client may write Vault or the webhooks. The first statement checks the caller.
create or replace function public.configure_alert_webhook(org_id uuid, changes jsonb, reason text default null)
returns public.sync_alert_webhooks
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
  webhook public.sync_alert_webhooks;
  organisation public.sync_integrations;
  address jsonb;
  new_host text;
  stored_id uuid;
begin
  perform sync_scheduler.require_org_role(configure_alert_webhook.org_id, '{admin}');
  perform sync_scheduler.require_text('reason', configure_alert_webhook.reason);
  perform sync_scheduler.require_size('changes', configure_alert_webhook.changes);
  -- Before the webhook and its sender: an alert of who holds this lock waits for those.
  if sync_scheduler.caller_id() is not null then
    perform sync_scheduler.lock_limits(configure_alert_webhook.org_id);
  end if;
  -- There may be no row to lock yet.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(
    sync_scheduler.alert_webhook_name(configure_alert_webhook.org_id), 0));
  -- Sender, then webhook, as a worker that reports does: in the other order the two would wait for each other.
  perform from sync_scheduler.alert_senders s where s.org_id = configure_alert_webhook.org_id for update;
  select * into webhook from public.sync_alert_webhooks w where w.org_id = configure_alert_webhook.org_id;
  organisation.org_id := configure_alert_webhook.org_id;
  if nullif(changes, 'null') is null then
    delete from public.sync_alert_webhooks w where w.org_id = configure_alert_webhook.org_id;
    perform sync_scheduler.audit(organisation, 'remove_alert_webhook', reason);
    return webhook;
  end if;

  if webhook.org_id is null then
    webhook.org_id := configure_alert_webhook.org_id;
    webhook.min_severity := 'info';
    webhook.finished_runs := false;
  end if;
  webhook := sync_scheduler.apply_webhook_changes(webhook, changes);
  -- What is not named stays.
  address := coalesce((
      select sync_scheduler.read_credentials(s.secret_id) from sync_scheduler.alert_senders s where s.org_id = webhook.org_id), '{}')
    || (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(changes) where key in ('url', 'secret'));
  new_host := substring(address ->> 'url' from '^https?://([^/?#]+)');
  -- Another host is another receiver: what the last one took says nothing about it.
  if webhook.format is null or (webhook.host is distinct from new_host and not changes ? 'format') then
    webhook.format := coalesce(sync_scheduler.alert_format_of(address ->> 'url'), 'json');
  end if;
  perform sync_scheduler.require_valid_address(address, webhook.format);
  -- Before anything is stored: who is refused knows that the old one is in place.
  perform sync_scheduler.require_webhook_due(webhook.org_id);
  stored_id := sync_scheduler.store_secret(sync_scheduler.alert_webhook_name(webhook.org_id), address);

  insert into public.sync_alert_webhooks as w (org_id, host, format, kinds, min_severity, finished_runs)
  values (webhook.org_id, new_host, webhook.format, webhook.kinds, webhook.min_severity,
    webhook.finished_runs)
  on conflict (org_id) do update set
    host = excluded.host, format = excluded.format, kinds = excluded.kinds, min_severity = excluded.min_severity,
    finished_runs = excluded.finished_runs, configured_at = now(), last_status = null, last_error = null, failing_since = null,
    stopped_at = null, stop_reason = null
  returning * into strict webhook;
  -- A request that is under way keeps its two minutes: one at a time, also now.
  insert into sync_scheduler.alert_senders as s (org_id, secret_id) values (webhook.org_id, stored_id)
  on conflict (org_id) do update set secret_id = excluded.secret_id, failures = 0,
    next_attempt_at = case when s.claimed_at is not null and s.ended_at is null then s.next_attempt_at else now() end;
  -- Who has configured it wants to see that it works; what has waited comes before it.
  insert into sync_scheduler.alert_messages (org_id, body) values (webhook.org_id, jsonb_build_object(
    'type', 'webhook.configured', 'timestamp', now(), 'text', 'Alerts of Sync Scheduler are posted here.',
    'data', to_jsonb(webhook)));
  update public.sync_alerts a set resolved_at = now()
  where a.org_id = webhook.org_id and a.kind = 'webhook_stopped' and a.resolved_at is null;
  perform sync_scheduler.audit(organisation, 'configure_alert_webhook', reason, jsonb_build_object(
    'settings', (select jsonb_agg(key order by key) from jsonb_object_keys(changes) key), 'host', webhook.host));
  return webhook;
end;
$$;
revoke all on function public.configure_alert_webhook(uuid, jsonb, text) from public, anon, authenticated, service_role;
grant execute on function public.configure_alert_webhook(uuid, jsonb, text) to authenticated, service_role;
comment on function public.configure_alert_webhook(uuid, jsonb, text) is
  'Says where the organisation''s alerts are posted, and in which format; returns the webhook. Its last_status and '
  'last_error are the answer to the first message as soon as it is there. changes: a JSON object (at most 16 KiB) of any of url (https to a host name, or on a developer''s platform http to the machine itself), secret (whsec_ '
  'and the base64 of 24 to 64 bytes: messages are signed with it after the Standard Webhooks specification; only the format '
  'json needs one), format (slack, teams, discord or json; null, or another host: the one that the host takes, json if it is not known), kinds (a list of alert kinds; null: all), min_severity (info, warning, critical), '
  'finished_runs (also tell of every run that ends); what is not named stays. null removes the webhook with what waits for it. '
  'url and secret are stored in Vault, where nobody can read them back. One that had stopped begins again, with what still waits. A first message '
  'says that it is configured, so it may be done once in settings.probe_cooldown (10 s). For admins of the organisation and the service role; audited with reason (at most 500 characters). '
  'Errors: PT401 not_authenticated, PT401 unsupported_identity, '
  'PT403 not_authorized, PT422 argument_too_long, PT422 invalid_configuration (details: field, reason), PT422 '
  'reason_too_long, PT429 rate_limited (details: retry_after_seconds, retry_at, limit; nothing was stored), PT503 credentials_not_stored.';
