-- Wakes the senders; the function claims their messages.

-- Posts to the Edge Function which organisations have messages for their alert webhooks: new ones, ones that
-- wait for a receiver to be back, and ones of which nobody reported. Returns how many organisations. Nothing
-- without settings.function_url. Safe at any time, by anyone, at once.
create or replace function sync_scheduler.post_alert_messages(batch_size integer default 500) returns integer
language plpgsql set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  settings sync_scheduler.settings;
  woken uuid[];
  due uuid[];
begin
  select * into strict settings from sync_scheduler.settings;
  if settings.function_url is null then
    return 0;
  end if;

  -- The sender's lock first: a report that holds it may just be finding that nothing waits. Its messages then
  -- stay new.
  woken := array(
    select s.org_id from sync_scheduler.alert_senders s
    where s.org_id in (select m.org_id from sync_scheduler.alert_messages m where m.is_new)
    limit batch_size for no key update skip locked);
  update sync_scheduler.alert_messages m set is_new = false where m.org_id = any (woken) and m.is_new;
  update sync_scheduler.alert_senders s set next_attempt_at = now()
  from public.sync_alert_webhooks w
  where s.org_id = any (woken) and s.next_attempt_at is null
    -- Somebody may have written while it was being stopped.
    and w.org_id = s.org_id and w.stopped_at is null;

  due := array(
    select s.org_id from sync_scheduler.alert_senders s where s.next_attempt_at <= now()
    order by s.next_attempt_at limit batch_size for no key update skip locked);
  if due = '{}' then
    return 0;
  end if;
  with made as materialized (
    -- 244 random bits each, as in dispatch_attempts.
    select id, (n - 1) / 10 as batch,
      replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') as token
    from unnest(due) with ordinality ids (id, n)
  ), posted as (
    -- A handful in one request: each of them has its own receiver, and is kept waiting by no other.
    select m.batch, net.http_post(
      url := settings.function_url,
      body := jsonb_build_object('kind', 'alerts',
        'senders', jsonb_agg(jsonb_build_object('org_id', m.id, 'token', m.token))),
      headers := '{"Content-Type": "application/json"}',
      timeout_milliseconds := (extract(epoch from settings.dispatch_timeout) * 1000)::integer) as request_id
    from made m group by m.batch
  )
  update sync_scheduler.alert_senders s set
    token_hash = sha256(convert_to(m.token, 'UTF8')),
    requested_at = now(),
    request_id = p.request_id,
    claimed_at = null,
    ended_at = null,
    -- Until then nobody else posts for this organisation: a claim has half a minute and the work after it
    -- one.
    next_attempt_at = now() + interval '2 minutes'
  from made m join posted p using (batch)
  where s.org_id = m.id;
  return cardinality(due);
end;
$$;

-- Definer, because the service role has no rights in sync_scheduler. The tokens are the check of the caller.
create or replace function public.sync_worker_claim_alerts(senders jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_size('senders', sync_worker_claim_alerts.senders);
  return sync_scheduler.claim_alerts(senders);
end;
$$;
revoke all on function public.sync_worker_claim_alerts(jsonb) from public, anon, authenticated, service_role;
comment on function public.sync_worker_claim_alerts(jsonb) is
  'For the Edge Function (service role and the senders'' tokens): see sync_scheduler.claim_alerts. Takes '
  'messages for alert webhooks, each sender at most once, and returns what the worker needs to post them, '
  'address and secret included.';

-- Takes the work of a list of {org_id, token}, each at most once and within half a minute, and returns of
-- those that were to be had the webhook {url, secret}, its format and the messages in order, up to 50 and 128
-- KiB but at least one, the body as the text that is signed. Errors: PT401 invalid_token (none was to be
-- had), PT422 invalid_worker_request.
create or replace function sync_scheduler.claim_alerts(senders jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  -- Most messages have one thousand. One claim reads those of several organisations, and the function has to
  -- hold the answer.
  most_bytes constant integer := 131072;
  asked record;
  secret_id uuid;
  claimed jsonb := '[]'::jsonb;
begin
  if jsonb_typeof(senders) is distinct from 'array' or jsonb_array_length(senders) not between 1 and 50 then
    perform sync_scheduler.raise_error('invalid_worker_request', '{"senders": "a list of 1 to 50"}');
  end if;
  begin
    perform count(s) from jsonb_to_recordset(senders) as s (org_id uuid, token text);
  exception when data_exception then
    -- Postgres would quote what is no uuid.
    perform sync_scheduler.raise_error('invalid_worker_request',
      '{"senders": "an org_id, which is a uuid, and a token each"}');
  end;
  -- In one order, so that two deliveries of a list do not wait for each other in a circle.
  for asked in
    select s.org_id, s.token from jsonb_to_recordset(senders) as s (org_id uuid, token text) order by s.org_id
  loop
    update sync_scheduler.alert_senders s set claimed_at = now()
    where s.org_id = asked.org_id and s.token_hash = sha256(convert_to(asked.token, 'UTF8'))
      and s.claimed_at is null and s.requested_at > now() - interval '30 seconds'
    returning s.secret_id into secret_id;
    if found then
      claimed := claimed || jsonb_build_object(
        'org_id', asked.org_id,
        'webhook', sync_scheduler.read_credentials(secret_id),
        'format', (select w.format from public.sync_alert_webhooks w where w.org_id = asked.org_id),
        'messages', (
          select coalesce(jsonb_agg(jsonb_build_object('message_id', m.message_id, 'body', m.body)
            order by m.number), '[]')
          from (
            select w.number, w.message_id, w.body,
              sum(octet_length(w.body)) over (order by w.number) as bytes,
              row_number() over (order by w.number) as place
            from (
              select a.number, a.message_id, a.body::text as body from sync_scheduler.alert_messages a
              where a.org_id = asked.org_id and a.delivered_at is null order by a.number limit 50) w) m
          -- The first goes however large it is: those behind it must not wait for ever.
          where m.bytes <= most_bytes or m.place = 1));
    end if;
  end loop;
  if claimed = '[]' then
    perform sync_scheduler.raise_error('invalid_token');
  end if;
  return claimed;
end;
$$;
