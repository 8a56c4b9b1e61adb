-- Trigger of run_attempts: an attempt has ended. Records what it says of the integration's health and of the
-- vendor. Locks health, then the vendor. An error is a warning: it must not undo the end of an attempt.
create or replace function sync_scheduler.record_attempt_health() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
  integration public.sync_integrations;
begin
  select * into strict run from public.sync_run_log r where r.run_id = new.run_id;
  select * into strict integration from public.sync_integrations i where i.id = run.integration_id;
  if new.error_class is not null then
    -- The end of the run may write health after an alert of this attempt: health is locked before any alert.
    perform from public.sync_integration_health h where h.integration_id = integration.id for no key update;
  end if;
  if new.over_quota then
    perform sync_scheduler.suspend_checks(integration.id, new.retry_after);
  end if;
  if new.error_class = 'rate_limited' or new.blames = 'quota' then
    perform sync_scheduler.record_health(integration.id, 'degraded', coalesce(new.error_code, 'unknown'),
      coalesce(new.error_message, 'The external system asks us to slow down.'));
  end if;
  if new.blames = 'vendor' then
    perform sync_scheduler.record_vendor_failure(integration, new.error_class::text, new.blames);
  end if;

  -- An attempt that had nothing to export has not asked the external system for anything. A run that ends has
  -- shown by all of its attempts that it works.
  if (new.outcome in ('succeeded', 'continued', 'paused') or new.error_code = 'entries_unresolved')
    and run.entries_done + run.entries_failed
      > (case when new.outcome in ('succeeded', 'failed') then 0 else new.settled_before end)
  then
    update public.sync_integration_health h set run_failed_at = null
    where h.integration_id = integration.id and h.run_failed_at is not null;
    -- Nothing has to be asked for an interval. Written only if the next check would come soon: of runs in a
    -- row most read one row and that is all.
    update public.sync_integration_health h set consecutive_failures = 0,
      next_check_at = sync_scheduler.plan_check(integration, asked_at := now())
    where h.integration_id = integration.id and h.passive_since is null
      and (h.next_check_at < now() + integration.health_check_interval / 2 or h.consecutive_failures > 0);
    perform sync_scheduler.record_health(integration.id, 'healthy');
    perform sync_scheduler.record_vendor_answer(integration, new.claimed_at);
  end if;
  return null;
exception when others then
  raise warning 'sync_scheduler.record_attempt_health: % (%)', sqlerrm, sqlstate;
  return null;
end;
$$;

-- The numbers in the names of triggers on one event give their order, which is the order of locks: health,
-- then alerts.
create trigger ended_1_health after update of ended_at on sync_scheduler.run_attempts
  for each row when (old.ended_at is null) execute function sync_scheduler.record_attempt_health();

-- Trigger of sync_run_log; its argument is the event. `exported`: the external system has taken entries.
-- `ended`: a run that has failed for good, or was refused while it was being cancelled, says how it is. Locks
-- health. An error is a warning: it must not undo what was recorded, or the end of a run.
create or replace function sync_scheduler.record_run_health() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  ended sync_scheduler.run_attempts;
begin
  -- Its worker has the config and the credentials as they were when it claimed. With older ones, or without a
  -- claim, it says nothing about the present ones.
  select * into ended from sync_scheduler.run_attempts a
  where a.run_id = new.run_id and a.attempt = new.attempt;
  if tg_argv[0] = 'exported' then
    -- Once a minute, for it is written with each batch. Two at once write the same.
    update public.sync_integration_health h set last_success_at = now(), run_failed_at = null
    where h.integration_id = new.integration_id and h.configured_at <= ended.claimed_at
      and (h.last_success_at is null or h.last_success_at < now() - interval '1 minute'
        or h.run_failed_at is not null);
  elsif new.status = 'failed' or (ended.error_class = 'permanent' and ended.ended_at = new.finished_at
    and sync_scheduler.refusal_backoff(new, ended) is null)
  then
    perform sync_scheduler.record_health(new.integration_id,
      -- A vendor that asks for a long wait has answered.
      case when new.error_code = 'vendor_quota_exhausted' then 'degraded'
        else sync_scheduler.health_after(ended.error_class::text, ended.blames) end,
      -- The next run would meet the same as one that a person has cancelled.
      coalesce(new.error_code, ended.error_code, 'unknown'),
      coalesce(new.error_message, ended.error_message, 'The last sync failed.'));
    update public.sync_integration_health h set run_failed_at = now()
    where h.integration_id = new.integration_id and h.configured_at <= ended.claimed_at;
  end if;
  return null;
exception when others then
  raise warning 'sync_scheduler.record_run_health: % (%)', sqlerrm, sqlstate;
  return null;
end;
$$;

create trigger exported_1_health after update of entries_done on public.sync_run_log
  for each row when (new.entries_done > old.entries_done)
  execute function sync_scheduler.record_run_health('exported');
create trigger ended_1_health after update of finished_at on public.sync_run_log
  for each row execute function sync_scheduler.record_run_health('ended');

-- Records how an integration is, with the newest failure (in a coordinator's words). needs_attention ends
-- with healthy, or with any status when the external system has just answered (has_answered). Both also end
-- what checks have found wrong, on which alerts has a trigger. Lock order: after run and entries.
create or replace function sync_scheduler.record_health(
  integration_id uuid, status public.sync_health_status, error_code text default null,
  error_message text default null, has_answered boolean default false
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  -- The statuses that do not change. That it is also slow or away does not fix what needs attention.
  lasting constant public.sync_health_status[] := status || case
    when status in ('degraded', 'unhealthy') and not has_answered then '{needs_attention}'
    else '{}' end::public.sync_health_status[];
begin
  -- The usual case, a run of a healthy integration that succeeds: two looks by the key and no write.
  update public.sync_integration_health h set
    status = case when h.status = any (lasting) then h.status else record_health.status end,
    -- Not now(): of two changes in a row each has an instant of its own.
    since = case when h.status = any (lasting) then h.since else clock_timestamp() end,
    last_error_code = record_health.error_code, last_error_message = record_health.error_message
  where h.integration_id = record_health.integration_id
    and (h.status, h.last_error_code, h.last_error_message)
      is distinct from (record_health.status, record_health.error_code, record_health.error_message);
  if status = 'healthy' or has_answered then
    update sync_scheduler.check_faults f
    set status = 'healthy', failures = 0, refused_at = null, refused_code = null
    where f.integration_id = record_health.integration_id and f.status <> 'healthy';
  end if;
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
