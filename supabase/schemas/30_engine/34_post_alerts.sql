create or replace function sync_scheduler.post_alerts(batch_size integer default 500) returns integer
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  settings sync_scheduler.settings;
  woken uuid[];
  due uuid[];
begin
  select * into strict settings from sync_scheduler.settings;
  if settings.function_url is null then
    return 0;
  end if;

  -- The sender's lock first: a report that holds it may just be finding that nothing waits. Its messages then stay new.
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
    select id, (n - 1) / 10 as batch, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') as token
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
    -- Until then nobody else posts for this organisation: a claim has half a minute and the work after it one.
    next_attempt_at = now() + interval '2 minutes'
  from made m join posted p using (batch)
  where s.org_id = m.id;
  return cardinality(due);
end;
$$;
revoke all on function sync_scheduler.post_alerts(integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.post_alerts(integer) is
  'Posts to the Edge Function which organisations have messages for their alert webhooks: new ones, ones that wait for a receiver '
  'to be back, and ones of which nobody reported. Returns how many organisations. Nothing without settings.function_url. Safe at '
  'any time, by anyone, at once.';
