-- A person asks for a connection check.

-- Definer, because no client may write the machinery. The first statement checks the caller.
create or replace function public.test_integration_connection(org_id uuid, integration_type text)
returns public.sync_integration_health
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  integration public.sync_integrations;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin,coordinator}');
  integration := sync_scheduler.lock_integration(org_id, integration_type);
  perform sync_scheduler.refuse_until(sync_scheduler.passive_until(integration), 'vendor');
  perform sync_scheduler.require_check_due(integration);
  -- Of people alone: by it their checks are bounded.
  if sync_scheduler.caller_id() is not null then
    perform sync_scheduler.audit(integration, 'test_connection');
  end if;
  return sync_scheduler.start_check(integration);
end;
$$;
revoke all on function public.test_integration_connection(uuid, text)
  from public, anon, authenticated, service_role;
comment on function public.test_integration_connection(uuid, text) is
  'Starts a check of the connection to the external system, also of an integration that is paused or '
  'switched off, and returns the integration''s health at once; read it again: it is answered when '
  'checked_at is later than check_requested_at, at the latest a minute after it (last_error_code '
  'check_unanswered) while the scheduler ticks. For admins and coordinators of the organisation and the '
  'service role. One at a time, none sooner than settings.check_cooldown (10 s) after the last, and for '
  'people settings.presses_per_hour an hour, counted in the audit log. None while the vendor has asked us to '
  'slow down (passive_since, until next_check_at). Errors: PT401 not_authenticated, PT401 '
  'unsupported_identity, PT403 not_authorized, PT422 unknown_integration_type, PT404 integration_not_found, '
  'PT429 rate_limited (details: retry_after_seconds, retry_at, limit), PT503 function_url_not_configured.';

-- Definer, because no client may write the health of an integration. The first statement checks the caller.
create or replace function public.resume_integration_checks(org_id uuid, integration_type text,
  reason text default null)
returns public.sync_integration_health
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
  integration public.sync_integrations;
  health public.sync_integration_health;
begin
  perform sync_scheduler.require_org_role(resume_integration_checks.org_id, '{admin}');
  perform sync_scheduler.require_text('reason', resume_integration_checks.reason);
  integration := sync_scheduler.lock_integration(
    resume_integration_checks.org_id, resume_integration_checks.integration_type);
  select * into strict health from public.sync_integration_health h where h.integration_id = integration.id;
  if health.passive_since is null then
    return health;
  end if;
  perform sync_scheduler.audit(integration, 'resume_checks', reason,
    jsonb_build_object('passive_since', health.passive_since, 'next_check_at', health.next_check_at));
  update public.sync_integration_health h set
    passive_since = null,
    next_check_at = sync_scheduler.plan_check(integration)
  where h.integration_id = integration.id returning * into strict health;
  return health;
end;
$$;
revoke all on function public.resume_integration_checks(uuid, text, text)
  from public, anon, authenticated, service_role;
comment on function public.resume_integration_checks(uuid, text, text) is
  'Ends the passive mode of the organisation''s integration (its vendor said that we ask too much, and so it '
  'is not checked until next_check_at) and returns its health: it is checked at its next turn, within '
  'health_check_interval. Without passive mode it changes nothing. For admins of the organisation and the '
  'service role; audited with reason (at most 500 characters). Errors: PT401 not_authenticated, PT401 '
  'unsupported_identity, PT403 not_authorized, PT422 unknown_integration_type, PT404 integration_not_found, '
  'PT422 reason_too_long, PT429 rate_limited.';

-- Posts a connection check of an integration that somebody has asked for, and returns the integration's
-- health. The caller holds the integration's lock and has seen to check_cooldown. Errors: PT503
-- function_url_not_configured.
create or replace function sync_scheduler.start_check(integration public.sync_integrations)
returns public.sync_integration_health
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  health public.sync_integration_health;
begin
  if (select s.function_url from sync_scheduler.settings s) is null then
    perform sync_scheduler.keep_function_url();
  end if;
  perform sync_scheduler.post_checks(array[integration.id], sync_scheduler.caller_id());
  select * into strict health from public.sync_integration_health h where h.integration_id = integration.id;
  return health;
end;
$$;

-- Posts connection checks of integrations to the Edge Function, ten in a request, each under a one-time token
-- of its own and in place of one that is still open. The caller holds the integrations' locks and knows that
-- settings.function_url is set.
create or replace function sync_scheduler.post_checks(
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
    select id, (n - 1) / 10 as batch,
      replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') as token
    from unnest(integration_ids) with ordinality ids (id, n)
  ), posted as (
    -- A handful in one request: enough to spare requests, few enough for the memory and the CPU time of one
    -- isolate.
    select m.batch, net.http_post(
      url := settings.function_url,
      body := jsonb_build_object('kind', 'probes',
        'probes', jsonb_agg(jsonb_build_object('integration_id', m.id, 'token', m.token))),
      headers := '{"Content-Type": "application/json"}',
      timeout_milliseconds := (extract(epoch from settings.dispatch_timeout) * 1000)::integer) as request_id
    from made m group by m.batch
  )
  -- Not now(): the caller may have waited for a lock, and an answer has to be later than its question.
  insert into sync_scheduler.connection_checks as p (integration_id, token_hash, requested_at, requested_by, by_tick,
    request_id)
  select m.id, sha256(convert_to(m.token, 'UTF8')), clock_timestamp(), post_checks.requested_by,
    post_checks.by_tick,
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
  from sync_scheduler.connection_checks p
    where h.integration_id = any (integration_ids) and p.integration_id = h.integration_id;
end;
$$;

-- Refuses (PT429 rate_limited) while the last connection check of the integration is younger than
-- settings.check_cooldown, or is still open and younger than settings.check_timeout; replaces_open: an open
-- one counts like another.
create or replace function sync_scheduler.require_check_due(
  integration public.sync_integrations, replaces_open boolean default false
) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.refuse_until((
    select p.requested_at + case when p.ended_at is null and not replaces_open
      then greatest(s.check_timeout, s.check_cooldown) else s.check_cooldown end
    from sync_scheduler.connection_checks p, sync_scheduler.settings s where p.integration_id = integration.id),
      'check');
end;
$$;

-- Until when a vendor that asked us to slow down gets no connection check, whoever asks for one; null: it may
-- be asked.
create or replace function sync_scheduler.passive_until(integration public.sync_integrations)
  returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    -- A paused or disabled integration has no next check.
    select coalesce(h.next_check_at, h.passive_since + s.passive_cooldown)
    from public.sync_integration_health h, sync_scheduler.settings s
    where h.integration_id = passive_until.integration.id and h.passive_since is not null
      and coalesce(h.next_check_at, h.passive_since + s.passive_cooldown) > clock_timestamp());
end;
$$;
