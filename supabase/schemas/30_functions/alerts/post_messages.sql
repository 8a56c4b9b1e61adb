-- Wakes the senders; the function claims their messages.

-- Posts to the Edge Function which organisations have messages for their alert webhooks: new ones, and ones
-- that are due again. Returns how many organisations. Does nothing without settings.function_url. Safe at any
-- time, also twice at once.
create or replace function sync_scheduler.post_alert_messages(batch_size integer default 500) returns integer
language plpgsql set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  woken uuid[];
  due uuid[];
begin
  if (select s.function_url from sync_scheduler.settings s) is null then
    return 0;
  end if;
  -- The sender's lock first: a report that holds it may find at this moment that nothing waits. Then its
  -- messages stay new.
  woken := array(select s.org_id from sync_scheduler.alert_senders s
    where s.org_id in (select m.org_id from sync_scheduler.alert_messages m where m.is_new)
    limit post_alert_messages.batch_size for no key update skip locked);
  update sync_scheduler.alert_messages m set is_new = false where m.org_id = any (woken) and m.is_new;
  update sync_scheduler.alert_senders s set next_attempt_at = now()
  from public.sync_alert_webhooks w where s.org_id = any (woken) and s.next_attempt_at is null
    -- A message may have been written while it was being stopped.
    and w.org_id = s.org_id and w.stopped_at is null;
  due := array(select s.org_id from sync_scheduler.alert_senders s where s.next_attempt_at <= now()
    order by s.next_attempt_at limit post_alert_messages.batch_size for no key update skip locked);
  if due = '{}' then
    return 0;
  end if;
  update sync_scheduler.alert_senders s set
    token_hash = c.token_hash, requested_at = now(), request_id = c.request_id, claimed_at = null,
    ended_at = null,
    -- A claim has half a minute and the work after it one: until then no other tick posts for this one.
    next_attempt_at = now() + interval '2 minutes'
  from sync_scheduler.post_calls('alerts', 'senders', 'org_id', due) c where s.org_id = c.id;
  return cardinality(due);
end;
$$;

-- Definer, because the service role has no rights in sync_scheduler. The tokens are the check of the caller.
create or replace function public.sync_worker_claim_alerts(senders jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  asked record;
  sender sync_scheduler.alert_senders;
  refusal text;
  first_refusal text;
  claimed jsonb := '[]'::jsonb;
begin
  perform sync_scheduler.require_size('senders', senders);
  for asked in select c.id, c.token_hash from sync_scheduler.read_calls('senders', senders, 'org_id') c
  loop
    select * into sender from sync_scheduler.alert_senders s
    where s.org_id = asked.id and s.token_hash = asked.token_hash for no key update;
    refusal := sync_scheduler.claim_refusal(sender.requested_at, sender.claimed_at, sender.ended_at,
      interval '30 seconds');
    first_refusal := coalesce(first_refusal, refusal);
    if refusal is null then
      update sync_scheduler.alert_senders s set claimed_at = now() where s.org_id = sender.org_id;
      claimed := claimed || jsonb_build_object(
        'org_id', sender.org_id, 'webhook', sync_scheduler.read_credentials(sender.secret_id),
        'format', (select w.format from public.sync_alert_webhooks w where w.org_id = sender.org_id),
        'messages', (
          select coalesce(jsonb_agg(jsonb_build_object('message_id', m.message_id, 'body', m.body)
            order by m.number), '[]')
          from (
            select w.number, w.message_id, w.body,
              sum(octet_length(w.body)) over (order by w.number) - octet_length(w.body) as bytes_before
            from (
              select a.number, a.message_id, a.body::text as body from sync_scheduler.alert_messages a
              where a.org_id = sender.org_id and a.delivered_at is null order by a.number limit 50) w) m
          -- One claim reads messages of several organisations, and the function holds the whole answer in
          -- memory. The first one goes out whatever its size: those behind it must not wait for ever.
          where m.bytes_before + octet_length(m.body) <= 131072 or m.bytes_before = 0));
    end if;
  end loop;
  if claimed = '[]' then
    perform sync_scheduler.raise_error(first_refusal);
  end if;
  return claimed;
end;
$$;
revoke all on function public.sync_worker_claim_alerts(jsonb) from public, anon, authenticated, service_role;
comment on function public.sync_worker_claim_alerts(jsonb) is
  'For the Edge Function (service role and the senders'' tokens). Takes the work of senders, a list of 1 '
  'to 50 of {org_id, token}, each at most once and within half a minute. Returns a list of the senders '
  'that could be taken. Each has the webhook {url, secret}, its format and its messages in order: up to 50 '
  'and 128 KiB, but at least one. The body of a message is the text that is signed. Errors: PT422 '
  'argument_too_long, PT422 invalid_worker_request; if no sender could be taken, that of the first: PT401 '
  'invalid_token, PT409 already_claimed, PT409 attempt_not_current.';
