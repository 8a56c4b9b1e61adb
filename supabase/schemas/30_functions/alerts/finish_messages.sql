-- Definer, because the service role has no rights in sync_scheduler. The token is the check of the caller.
create or replace function public.sync_worker_finish_alerts(org_id uuid, token text, results jsonb)
  returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  sender sync_scheduler.alert_senders;
  webhook public.sync_alert_webhooks;
  organisation public.sync_integrations;
  -- The first that was not taken, or null.
  failed jsonb;
  is_sound boolean;
  taken constant boolean := results @> '[{"outcome": "delivered"}]';
begin
  select * into sender from sync_scheduler.alert_senders s
  where s.org_id = sync_worker_finish_alerts.org_id
    and s.token_hash = sha256(convert_to(sync_worker_finish_alerts.token, 'UTF8')) for no key update;
  if sync_scheduler.call_has_ended(sender.claimed_at, sender.ended_at) then
    return '{"recorded": false}'::jsonb;
  end if;
  perform sync_scheduler.require_size('results', results, 262144);
  begin
    is_sound := jsonb_typeof(results) = 'array' and not exists (
      select from jsonb_to_recordset(sync_worker_finish_alerts.results)
        as r (message_id uuid, outcome text, status integer, retry_after_seconds numeric)
      where r.message_id is null or coalesce(r.outcome, '') not in ('delivered', 'failed', 'refused', 'gone')
        or coalesce(r.retry_after_seconds, 0) not between 0 and 86400);
  exception when data_exception then
    -- Postgres would quote what is no uuid, or no number.
    is_sound := false;
  end;
  if is_sound is not true then
    perform sync_scheduler.raise_error('invalid_worker_request',
      '{"results": "message_id, outcome delivered, failed, refused or gone, retry_after_seconds 0 to '
      '86400"}');
  end if;

  update sync_scheduler.alert_messages m set attempts = m.attempts + 1, last_status = r.status,
    last_error = left(r.error, 200), is_new = false,
    delivered_at = case when r.outcome = 'delivered' then now() end
  from jsonb_to_recordset(sync_worker_finish_alerts.results)
    as r (message_id uuid, outcome text, status integer, error text)
  where m.org_id = sender.org_id and m.message_id = r.message_id and m.delivered_at is null;
  failed := jsonb_path_query_first(results, '$[*] ? (@.outcome != "delivered")');

  -- The lock of its sender is enough: who configures it holds that, too.
  select * into strict webhook from public.sync_alert_webhooks w where w.org_id = sender.org_id;
  -- Nothing was posted, or it was posted to the address before this one.
  if sender.claimed_at >= webhook.configured_at and results <> '[]' then
    webhook.last_status := (results -> -1 ->> 'status')::integer;
    webhook.last_error := left(results -> -1 ->> 'error', 200);
  end if;
  webhook.failing_since := case
    when failed is null then case when not taken then webhook.failing_since end
    when taken then now()
    else coalesce(webhook.failing_since, now()) end;
  webhook.stop_reason := case
    when failed ->> 'outcome' = 'gone' then 'gone'
    when failed ->> 'outcome' = 'refused' and webhook.failing_since <= now() - interval '1 hour'
      then 'refused'
    when webhook.failing_since <= now() - interval '3 days' then 'unreachable' end;
  sender.failures := case when taken then 0 else sender.failures end + (failed is not null)::integer;
  update public.sync_alert_webhooks w set last_status = webhook.last_status, last_error = webhook.last_error,
    delivered_at = case when taken then now() else w.delivered_at end,
    failing_since = webhook.failing_since, stop_reason = webhook.stop_reason,
    stopped_at = case when webhook.stop_reason is not null then now() end
  where w.org_id = sender.org_id;
  update sync_scheduler.alert_senders s set ended_at = now(), failures = sender.failures,
    -- Each message but the first may have been written after this claim: whether one waits is looked up now.
    next_attempt_at = case
      when webhook.stop_reason is not null then null
      when failed is not null then now() + greatest(
        (failed ->> 'retry_after_seconds')::numeric * interval '1 second', least(interval '10 minutes',
          interval '15 seconds' * power(2, least(sender.failures - 1, 20))) * (0.5 + random() / 2))
      when exists (
        select from sync_scheduler.alert_messages m where m.org_id = sender.org_id and m.delivered_at is null)
        then now()
    end
  where s.org_id = sender.org_id;
  -- Messages that wait stay for as long as messages are kept.
  if webhook.stop_reason is not null then
    organisation.org_id := sender.org_id;
    perform sync_scheduler.raise_alert(organisation, 'webhook_stopped', 'warning', null,
      format('Alerts are no longer posted to %s: %s. Configure the alert webhook again.', webhook.host,
        case webhook.stop_reason
        when 'gone' then 'the receiver says that it is gone'
        when 'refused' then 'the receiver has refused them for an hour'
        else 'the receiver has not taken any for three days' end),
      jsonb_build_object('host', webhook.host, 'reason', webhook.stop_reason,
        'failing_since', webhook.failing_since));
  end if;
  return '{"recorded": true}'::jsonb;
end;
$$;
revoke all on function public.sync_worker_finish_alerts(uuid, text, jsonb)
  from public, anon, authenticated, service_role;
comment on function public.sync_worker_finish_alerts(uuid, text, jsonb) is
  'For the Edge Function (service role and the sender''s token). Records, once, what became of claimed '
  'messages, in order up to the first that was not taken. The results are a list (at most 256 KiB) of '
  '{message_id, outcome, status, error, retry_after_seconds}. An outcome is delivered, failed (may pass), '
  'refused (4xx) or gone (410). A message that was not taken waits and goes first the next time, after a '
  'backoff of 15 s to 10 min, or the receiver''s hint. The webhook stops at once when it is gone, after an '
  'hour of refused, and after three days of failed. Returns recorded: false when the call had ended '
  'before. Errors: PT401 invalid_token (also when another request took its place), PT422 '
  'argument_too_long, PT422 invalid_worker_request.';
