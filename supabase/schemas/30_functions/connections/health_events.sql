-- Health follows runs and checks.

-- Records how an integration is, with the newest failure (in a coordinator's words). needs_attention ends
-- with healthy, or with any status when the external system has just answered (has_answered). Raises and
-- resolves no alert. After integration, run and entries, before alerts.
create or replace function sync_scheduler.set_health(
  integration_id uuid,
  status public.sync_health_status,
  error_code text default null,
  error_message text default null,
  has_answered boolean default false
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  health public.sync_integration_health;
begin
  -- The usual case, a run of a healthy integration that succeeds: one look by the key and no write.
  select * into health from public.sync_integration_health h
    where h.integration_id = set_health.integration_id;
  if (health.status, health.last_error_code, health.last_error_message)
    is not distinct from (set_health.status, set_health.error_code, set_health.error_message)
  then
    return;
  end if;

  select * into health from public.sync_integration_health h
  where h.integration_id = set_health.integration_id for no key update;
  -- That it is also slow or away does not fix it.
  if health.status = 'needs_attention' and set_health.status in ('degraded', 'unhealthy')
    and not has_answered then
    set_health.status := health.status;
  end if;
  update public.sync_integration_health h set
    status = set_health.status,
    -- Not now(): of two changes in a row each has an instant of its own.
    since = case when h.status = set_health.status then h.since else clock_timestamp() end,
    last_error_code = set_health.error_code,
    last_error_message = set_health.error_message
  where h.integration_id = set_health.integration_id;
end;
$$;

-- How an integration is after a check or a run that failed like this.
create or replace function sync_scheduler.health_after(error_class text, blames sync_scheduler.blames)
returns public.sync_health_status
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return case
    when blames = 'configuration' then 'needs_attention'
    -- The external system has answered: the connection works.
    when blames in ('quota', 'entry') or error_class = 'rate_limited' then 'degraded'
    else 'unhealthy' end::public.sync_health_status;
end;
$$;

-- A run of the integration has settled entries in an attempt that was claimed at that instant: it is healthy,
-- what checks have raised is resolved, it need not be asked for a while, and its vendor is there. In the
-- usual case a few looks by key and no write.
create or replace function sync_scheduler.note_traffic(integration_id uuid, claimed_at timestamptz)
  returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update public.sync_integration_health h set run_failed_at = null
  where h.integration_id = note_traffic.integration_id and h.run_failed_at is not null;
  perform sync_scheduler.set_health(note_traffic.integration_id, 'healthy');
  perform sync_scheduler.defer_check(note_traffic.integration_id);
  perform sync_scheduler.resolve_alerts(note_traffic.integration_id, '{needs_attention,unhealthy}');
  perform sync_scheduler.note_vendor_answer(note_traffic.integration_id, note_traffic.claimed_at);
end;
$$;

-- The external system has taken entries of the run: sets last_success_at of the integration's health and
-- clears run_failed_at. Does nothing if config or credentials have changed since the attempt was claimed.
-- run: the active run, whose lock the caller holds. After entries, as in set_health.
create or replace function sync_scheduler.record_success(run public.sync_run_log) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Once a minute, for it is written with each batch. Two at once write the same.
  update public.sync_integration_health h set last_success_at = now(), run_failed_at = null
  where h.integration_id = run.integration_id
    and (h.last_success_at is null or h.last_success_at < now() - interval '1 minute'
      or h.run_failed_at is not null)
    -- The worker has the config and the credentials as they were when it claimed its attempt.
    and h.configured_at <= (
      select a.claimed_at from sync_scheduler.run_attempts a
        where a.run_id = run.run_id and a.attempt = run.attempt);
end;
$$;

-- A run has got through to the external system just now: for an interval there is nothing to ask it. Not
-- while the integration is passive. The caller writes health last: see set_health.
create or replace function sync_scheduler.defer_check(integration_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Written only if the next check would come soon: of runs in a row most read one row and that is all.
  update public.sync_integration_health h set
    consecutive_failures = 0,
    next_check_at = sync_scheduler.plan_check(i, earliest := now() + i.health_check_interval)
  from public.sync_integrations i
  where h.integration_id = defer_check.integration_id and i.id = h.integration_id and h.passive_since is null
    and (h.next_check_at < now() + i.health_check_interval / 2 or h.consecutive_failures > 0);
end;
$$;
