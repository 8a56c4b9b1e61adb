-- Definer, because no client may write Vault or the webhooks. The first statement checks the caller.
create or replace function public.configure_alert_webhook(
  org_id uuid, changes jsonb, reason text default null
) returns public.sync_alert_webhooks
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  known constant text[] := '{url,secret,format,kinds,min_severity,finished_runs}'::text[];
  webhook public.sync_alert_webhooks;
  organisation public.sync_integrations;
  field text;
  address jsonb;
  new_host text;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin}');
  perform sync_scheduler.require_text('reason', reason);
  perform sync_scheduler.require_size('changes', changes);
  -- Before the webhook and its sender: a transaction that holds this lock waits for those to raise an alert.
  if sync_scheduler.caller_id() is not null then
    perform sync_scheduler.lock_limits(org_id);
  end if;
  -- There may be no row to lock yet.
  perform pg_advisory_xact_lock(hashtextextended(sync_scheduler.secret_name('alert webhook', org_id), 0));
  -- Sender, then webhook, as a worker that reports does: else the two would wait for each other.
  perform from sync_scheduler.alert_senders s where s.org_id = configure_alert_webhook.org_id for update;
  select * into webhook from public.sync_alert_webhooks w where w.org_id = configure_alert_webhook.org_id;
  organisation.org_id := org_id;
  if nullif(changes, 'null') is null then
    delete from public.sync_alert_webhooks w where w.org_id = configure_alert_webhook.org_id;
    perform sync_scheduler.audit(organisation, 'remove_alert_webhook', reason);
    return webhook;
  elsif webhook.org_id is null then
    webhook.org_id := org_id;
    webhook.min_severity := 'info';
    webhook.finished_runs := false;
  end if;
  perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object('reason', fault))
  from (select case
    when jsonb_typeof(changes) <> 'object' then 'changes must be a JSON object, or null to remove it'
    -- All of it goes into messages and Vault, and one claim reads those of several organisations.
    when octet_length(changes::text) > 16384 then 'changes must be at most 16 KiB' end as fault) f
  where fault is not null;
  -- A setting that is not named stays.
  for field in select jsonb_object_keys(changes) loop
    if field <> all (known) then
      perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object(
        'field', left(field, 100), 'reason', 'unknown setting', 'known', known));
    end if;
    begin
      webhook := jsonb_populate_record(webhook, jsonb_build_object(field, changes -> field));
    -- Lists within lists within lists are a limit of the server's.
    exception when data_exception or program_limit_exceeded then
      perform sync_scheduler.raise_error('invalid_configuration',
        jsonb_build_object('field', field, 'reason', left(sqlerrm, 100)));
    end;
  end loop;
  -- Each once, and in one dimension, whatever was given.
  if webhook.kinds is not null then
    webhook.kinds := array(select distinct kind from unnest(webhook.kinds) kind order by kind);
  end if;
  address := coalesce((
      select sync_scheduler.read_credentials(s.secret_id) from sync_scheduler.alert_senders s
      where s.org_id = webhook.org_id), '{}')
    || (select coalesce(jsonb_object_agg(key, value), '{}')
      from jsonb_each(configure_alert_webhook.changes) where key in ('url', 'secret'));
  new_host := substring(address ->> 'url' from '^https?://([^/?#]+)');
  -- Another host is another receiver: what the last one took says nothing about it.
  if webhook.format is null or (webhook.host is distinct from new_host and not changes ? 'format') then
    webhook.format := coalesce(sync_scheduler.alert_format_of(address ->> 'url'), 'json');
  end if;
  perform sync_scheduler.require_valid_webhook(webhook, address);
  -- Each time a message is posted to an address that the caller chooses. The audit log also remembers a
  -- webhook that has been removed. Before anything is stored: a caller who is refused knows that the old one
  -- is in place.
  perform sync_scheduler.refuse_until((
    select max(a.created_at) + s.check_cooldown from sync_scheduler.settings s, public.sync_audit_log a
    where a.org_id = webhook.org_id and a.created_at > now() - s.check_cooldown
      and a.action = 'configure_alert_webhook' group by s.check_cooldown), 'webhook');

  insert into public.sync_alert_webhooks as w (org_id, host, format, kinds, min_severity, finished_runs)
  values
    (webhook.org_id, new_host, webhook.format, webhook.kinds, webhook.min_severity, webhook.finished_runs)
  on conflict on constraint sync_alert_webhooks_pkey do update set
    host = excluded.host, format = excluded.format, kinds = excluded.kinds,
    min_severity = excluded.min_severity, finished_runs = excluded.finished_runs, configured_at = now(),
    last_status = null, last_error = null, failing_since = null, stopped_at = null, stop_reason = null
  returning * into strict webhook;
  -- A request that is under way keeps its two minutes: one at a time, also now.
  insert into sync_scheduler.alert_senders as s (org_id, secret_id) values (webhook.org_id,
    sync_scheduler.store_secret(sync_scheduler.secret_name('alert webhook', webhook.org_id), address))
  on conflict on constraint alert_senders_pkey do update set secret_id = excluded.secret_id, failures = 0,
    next_attempt_at = case when s.claimed_at is not null and s.ended_at is null then s.next_attempt_at
      else now() end;
  -- It shows the admin that the webhook works. Messages that have waited come before it.
  insert into sync_scheduler.alert_messages (org_id, body) values (webhook.org_id, jsonb_build_object(
    'type', 'webhook.configured', 'timestamp', now(), 'text', 'Alerts of Sync Scheduler are posted here.',
    'data', to_jsonb(webhook)));
  update public.sync_alerts a set resolved_at = now()
  where a.org_id = webhook.org_id and a.kind = 'webhook_stopped' and a.resolved_at is null;
  perform sync_scheduler.audit(organisation, 'configure_alert_webhook', reason, jsonb_build_object(
    'settings', (select jsonb_agg(key order by key) from jsonb_object_keys(changes) key),
    'host', webhook.host));
  return webhook;
end;
$$;
revoke all on function public.configure_alert_webhook(uuid, jsonb, text)
  from public, anon, authenticated, service_role;
comment on function public.configure_alert_webhook(uuid, jsonb, text) is
$$Sets where the organisation's alerts are posted: a chat, or anything that takes JSON.
`changes` names any of the settings below, and what it does not name stays; `null` removes the webhook with
what waits for it. For admins and the service role; audited with `reason`. Address and secret go into Vault,
and no function returns them: members see the `host`. A first message says that it is configured, and
`last_status` and `last_error` have the receiver's answer. A webhook that had stopped begins again, with what
still waits. The settings:

- `url` (required): https to a host name, or on a developer's platform http to the machine itself.
- `format`: `slack`, `teams`, `discord` or `json`. `null`, or another host, means the format of that host. An
  unknown host has `json`.
- `secret` (required for `json`, unused by the others): `whsec_` and the base64 of 24 to 64 bytes. It signs
  the messages after the Standard Webhooks specification.
- `kinds` (`null`): a list of kinds of alerts; `null`: all.
- `min_severity` (`info`): `warning` or `critical`: less severe alerts are left out.
- `finished_runs` (false): whether every run that ends is posted, too.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized, PT422 argument_too_long,
PT422 invalid_configuration, PT422 reason_too_long, PT429 rate_limited (within `settings.check_cooldown`,
10 s, of the last time, or too often within the hour; nothing was stored), PT503 credentials_not_stored.$$;

-- Refuses a webhook without a value that it needs. Refuses its {url, secret}, unless the url is https to a
-- host name and the secret one of Standard Webhooks. On a developer's platform, where the function runs on
-- the database's machine, the url may be http to that machine. Errors: PT422 invalid_configuration (details:
-- field, reason).
create or replace function sync_scheduler.require_valid_webhook(
  webhook public.sync_alert_webhooks, address jsonb
) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  url constant text := coalesce(address ->> 'url', '');
  secret constant text := address ->> 'secret';
  wrong jsonb;
begin
  -- No error of this function names a value.
  wrong := case
    when webhook.min_severity is null then '{"field": "min_severity", "reason": "must have a value"}'
    when webhook.finished_runs is null then '{"field": "finished_runs", "reason": "must have a value"}'
    when cardinality(webhook.kinds) = 0 then '{"field": "kinds", "reason": "must have a value"}'
    -- A tenant must not reach what listens on the machine of a hosted function, or in its container.
    when url ~ '^http:' and (
      select coalesce(s.function_url
        !~ '^http://(localhost|127(\.[0-9]+){3}|\[::1\]|host\.docker\.internal)[:/]', true)
      from sync_scheduler.settings s)
      then '{"field": "url", "reason": "https://"}'
    when length(url) > 2000
      or url !~ '^(https://[^[:space:]/?#@\\]+|http://(localhost|127(\.[0-9]+){3}|\[::1\])(:[0-9]+)?)'
        '([/?#][^[:space:]]*)?$'
      then '{"field": "url", "reason": "https://, or http:// to the machine itself, without a user name"}'
    -- Numbers and names without a dot are machines next to the function, not a tenant's.
    when url ~ '^https:' and url !~* '^https://[^/?#]*\.[a-z][a-z0-9-]*\.?(:[0-9]+)?([/?#]|$)'
      then '{"field": "url", "reason": "a public host name, not an address of a network"}'
    -- The address that a chat hands out is a secret itself, and chats verify no signature.
    when secret is null and webhook.format <> 'json' then null
    -- 32 to 86 digits of base64, padded to fours behind the six letters, are 24 to 64 bytes.
    when secret ~ '^whsec_[A-Za-z0-9+/]{32,86}={0,2}$' and length(secret) % 4 = 2 then null
    else '{"field": "secret", "reason": "whsec_ and the base64 of 24 to 64 bytes"}' end::jsonb;
  if wrong is not null then
    perform sync_scheduler.raise_error('invalid_configuration', wrong);
  end if;
end;
$$;

-- The format that the receiver at this address takes, by its host; null: the host is not known.
create or replace function sync_scheduler.alert_format_of(url text) returns public.sync_alert_format
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  host constant text := lower(substring(url from '^https://([^/?#:]+)'));
begin
  -- November 2026, from the vendors' pages and from addresses that they hand out. A logic app may also be one
  -- of the receiver's own, which takes anything: then the admin names the format.
  return case
    when host ~ '^hooks\.slack(-gov)?\.com\.?$' then 'slack'::public.sync_alert_format
    when host ~ '^((ptb|canary)\.)?discord(app)?\.com\.?$' then
      -- Discord also imitates Slack:
      -- https://discord.com/developers/docs/resources/webhook#execute-slackcompatible-webhook
      case when url ~ '/slack/?([?#]|$)' then 'slack' else 'discord' end::public.sync_alert_format
    -- Workflows (Power Automate), and the connectors before them.
    when host ~ '(^|\.)(webhook\.office\.com|logic\.azure\.com|powerplatform\.com)\.?$'
      or host ~ '^outlook\.office(365)?\.com\.?$' then 'teams'
  end;
end;
$$;
