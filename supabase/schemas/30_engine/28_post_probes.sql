create or replace function sync_scheduler.post_probes(
  integration_ids uuid[], requested_by uuid default null, by_tick boolean default false
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  settings sync_scheduler.settings;
begin
  select * into strict settings from sync_scheduler.settings;
  with made as materialized (
    -- 244 random bits each, as in dispatch_attempts.
    select id, (n - 1) / 10 as batch, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') as token
    from unnest(integration_ids) with ordinality ids (id, n)
  ), posted as (
    -- A handful in one request: enough to spare requests, few enough for the memory and the CPU time of one isolate.
    select m.batch, net.http_post(
      url := settings.function_url,
      body := jsonb_build_object('kind', 'probes',
        'probes', jsonb_agg(jsonb_build_object('integration_id', m.id, 'token', m.token))),
      headers := '{"Content-Type": "application/json"}',
      timeout_milliseconds := (extract(epoch from settings.dispatch_timeout) * 1000)::integer) as request_id
    from made m group by m.batch
  )
  -- Not now(): the caller may have waited for a lock, and an answer has to be later than its question.
  insert into sync_scheduler.probes as p (integration_id, token_hash, requested_at, requested_by, by_tick, request_id)
  select m.id, sha256(convert_to(m.token, 'UTF8')), clock_timestamp(), post_probes.requested_by, post_probes.by_tick,
    r.request_id
  from made m join posted r using (batch)
  on conflict (integration_id) do update set
    token_hash = excluded.token_hash,
    requested_at = excluded.requested_at,
    requested_by = excluded.requested_by,
    by_tick = excluded.by_tick,
    request_id = excluded.request_id,
    claimed_at = null,
    ended_at = null;
  update public.sync_integration_health h set check_requested_at = p.requested_at
  from sync_scheduler.probes p where h.integration_id = any (integration_ids) and p.integration_id = h.integration_id;
end;
$$;
revoke all on function sync_scheduler.post_probes(uuid[], uuid, boolean) from public, anon, authenticated, service_role;
comment on function sync_scheduler.post_probes(uuid[], uuid, boolean) is
  'Posts connection checks of integrations to the Edge Function, ten in a request, each under a one-time token of its own and in '
  'place of one that is still open. The caller holds the integrations'' locks and knows that settings.function_url is set.';
