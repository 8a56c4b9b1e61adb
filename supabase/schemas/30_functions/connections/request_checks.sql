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
  perform sync_scheduler.refuse_until((
    select c.requested_at + case when c.ended_at is null then greatest(s.check_timeout, s.check_cooldown)
      else s.check_cooldown end
    from sync_scheduler.connection_checks c, sync_scheduler.settings s
    where c.integration_id = integration.id), 'check');
  -- Of people alone: the audit log counts their checks.
  if sync_scheduler.caller_id() is not null then
    perform sync_scheduler.audit(integration, 'test_connection');
  end if;
  perform sync_scheduler.post_checks(array[integration.id]);
  return (select h from public.sync_integration_health h where h.integration_id = integration.id);
end;
$$;
revoke all on function public.test_integration_connection(uuid, text)
  from public, anon, authenticated, service_role;
comment on function public.test_integration_connection(uuid, text) is
$$Starts a check of the connection, also of an integration that is paused or disabled.
Returns the health at once; read the row again, or subscribe to it. The check is answered when `checked_at` is
later than `check_requested_at`. Without an answer it is reported as `check_unanswered` within a minute, and
`status` stays as it was. Checks run one at a time, at least `settings.check_cooldown` (10 s) apart. None
starts while the vendor asks us to slow down (`passive_since`, until `next_check_at`). For admins,
coordinators and the service role; audited if a person asks.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized,
PT422 unknown_integration_type, PT404 integration_not_found, PT429 rate_limited,
PT503 function_url_not_configured.$$;

-- Definer, because no client may write the health of an integration. The first statement checks the caller.
create or replace function public.resume_integration_checks(
  org_id uuid, integration_type text, reason text default null
) returns public.sync_integration_health
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  integration public.sync_integrations;
  health public.sync_integration_health;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin}');
  perform sync_scheduler.require_text('reason', reason);
  integration := sync_scheduler.lock_integration(org_id, integration_type);
  select * into strict health from public.sync_integration_health h where h.integration_id = integration.id;
  if health.passive_since is null then
    return health;
  end if;
  perform sync_scheduler.audit(integration, 'resume_checks', reason,
    jsonb_build_object('passive_since', health.passive_since, 'next_check_at', health.next_check_at));
  update public.sync_integration_health h set passive_since = null,
    next_check_at = sync_scheduler.plan_check(integration, asked_at := h.check_requested_at)
  where h.integration_id = integration.id returning * into strict health;
  return health;
end;
$$;
revoke all on function public.resume_integration_checks(uuid, text, text)
  from public, anon, authenticated, service_role;
comment on function public.resume_integration_checks(uuid, text, text) is
$$Ends passive mode, and returns the health. Without passive mode it changes nothing.
In passive mode a vendor that answered "slow down" is not checked until `next_check_at`, and health follows
from syncs alone. Afterwards the next check comes within `health_check_interval`. For admins and the service
role; audited with `reason`.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized,
PT422 unknown_integration_type, PT404 integration_not_found, PT422 reason_too_long, PT429 rate_limited.$$;

-- Posts connection checks to the Edge Function, in place of those that are still open. The caller holds the
-- integrations' locks and respects settings.check_cooldown. Errors: PT503 function_url_not_configured.
create or replace function sync_scheduler.post_checks(integration_ids uuid[], by_tick boolean default false)
returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Not now(): the caller may have waited for a lock, and an answer has to be later than its question.
  insert into sync_scheduler.connection_checks (integration_id, token_hash, requested_at, by_tick, request_id)
  select c.id, c.token_hash, clock_timestamp(), post_checks.by_tick, c.request_id
  from sync_scheduler.post_calls('probes', 'probes', 'integration_id', post_checks.integration_ids) c
  -- The order in which a late claim of several old checks locks them.
  order by c.id
  on conflict (integration_id) do update set token_hash = excluded.token_hash,
    requested_at = excluded.requested_at, by_tick = excluded.by_tick, request_id = excluded.request_id,
    claimed_at = null, ended_at = null;
  update public.sync_integration_health h set check_requested_at = c.requested_at
  from sync_scheduler.connection_checks c
  where h.integration_id = any (post_checks.integration_ids) and c.integration_id = h.integration_id;
end;
$$;

-- Until when a vendor that asked us to slow down gets no connection check; null: it has not.
create or replace function sync_scheduler.passive_until(integration public.sync_integrations)
returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    -- A paused or disabled integration has no next check.
    select coalesce(h.next_check_at, h.passive_since + s.passive_cooldown)
    from public.sync_integration_health h, sync_scheduler.settings s
    where h.integration_id = passive_until.integration.id and h.passive_since is not null);
end;
$$;
