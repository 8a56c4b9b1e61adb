-- Decides what a press does: may it start a run now, and if not, why? `start`: a new run, with triggered_by
-- and notice. `replay`: returns run_id as it is. `revive`: recovers run_id, then returns it with the notice.
-- `reject`: raises message with details. It reads nothing but the facts, which read_trigger_facts below
-- collects. So the trigger acts on it, the overview shows it, and src/rpc-logic/decide_trigger.ts mirrors it
-- step by step.
create or replace function sync_scheduler.decide_trigger(
  facts sync_scheduler.trigger_facts, out outcome text, out run_id uuid,
  out triggered_by public.sync_run_trigger, out notice text, out message text, out details jsonb)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  next constant record := sync_scheduler.next_manual_trigger(facts);
begin
  outcome := 'reject';
  -- Before the integration's state: a client that lost the answer to its request gets its run back.
  if facts.key_run_id is not null then
    if facts.key_integration_id = facts.integration_id then
      outcome := 'replay';
      run_id := facts.key_run_id;
    else
      message := 'idempotency_key_reused';
      details := jsonb_build_object('run_id', facts.key_run_id);
    end if;
  elsif not facts.enabled then
    message := 'integration_disabled';
  elsif facts.paused_at is not null and coalesce(facts.resume_at > facts.decided_at, true) then
    message := 'integration_paused';
    details := jsonb_build_object(
      'reason', facts.pause_reason, 'paused_at', facts.paused_at, 'resume_at', facts.resume_at);

  -- A dead worker or a dead scheduler never blocks a coordinator.
  elsif facts.active_recovery in ('continues', 'done') then
    outcome := 'revive';
    run_id := facts.active_run_id;
    notice := case when not facts.is_ticking then 'scheduler_not_ticking' end;
  elsif facts.active_run_id is not null and facts.active_recovery is null then
    message := 'sync_already_in_progress';
    details := jsonb_build_object(
      'run_id', facts.active_run_id, 'status', facts.active_status,
      'started_at', facts.active_started_at, 'triggered_by', facts.active_triggered_by)
      -- An error undoes what the call wrote, so what the person has to know is in the details.
      || jsonb_strip_nulls(case when facts.is_ticking then jsonb_build_object(
          'quota_until', facts.active_quota_until,
          'notice', coalesce(facts.active_waits_for, case when facts.has_incident then 'vendor_incident' end))
        else '{"notice": "scheduler_not_ticking"}' end);

  -- The limits are between people: the service role and the host have none.
  elsif facts.caller_id is not null and next.trigger_at > facts.decided_at then
    message := 'rate_limited';
    details := jsonb_build_object(
      'retry_after_seconds', ceil(extract(epoch from next.trigger_at - facts.decided_at)),
      'retry_at', next.trigger_at, 'limit', next.limited_by);

  elsif not facts.has_function_url then
    message := 'function_url_not_configured';
    details := '{"run": "npx sync-scheduler doctor"}';
  else
    outcome := 'start';
    triggered_by := case when facts.caller_id is null then 'api' else 'manual' end;
    notice := case when not facts.is_ticking then 'scheduler_not_ticking'
      when facts.has_incident then 'vendor_incident' end;
  end if;
end;
$$;

-- From when on the limits let a person press (null: no limit applies), and which limit says so: the one that
-- ends last. `cooldown`: manual_cooldown of the integration, at least settings.least_cooldown, after its
-- newest manual run. `presses_per_hour`: settings.presses_per_hour manual runs of the organisation within an
-- hour. What became of the runs does not matter.
create or replace function sync_scheduler.next_manual_trigger(
  facts sync_scheduler.trigger_facts, out trigger_at timestamptz, out limited_by text)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  -- Compares instants, not intervals: '1 month' compares as 30 days, but from 1 February it is 28.
  cooldown_over_at constant timestamptz := greatest(
    facts.newest_manual_trigger_at + facts.manual_cooldown,
    facts.newest_manual_trigger_at + facts.least_cooldown);
  hour_over_at constant timestamptz := facts.full_hour_began_at + interval '1 hour';
begin
  trigger_at := greatest(cooldown_over_at, hour_over_at);
  limited_by := case trigger_at
    when cooldown_over_at then 'cooldown' when hour_over_at then 'presses_per_hour' end;
end;
$$;

-- Reads all that decide_trigger has to know. The trigger has taken its locks in earlier statements. This
-- function is stable, so its statements share one snapshot, which is younger than the locks. Small
-- statements, because one with all tables costs a press 5 % more. `recovered`: what recover_run answered in
-- this press; null: it was not called.
create or replace function sync_scheduler.read_trigger_facts(
  integration public.sync_integrations, caller_id uuid, idempotency_key text default null,
  recovered boolean default null) returns sync_scheduler.trigger_facts
language plpgsql stable set search_path = pg_catalog, pg_temp
-- To plan for the values of each press costs more than the statements themselves.
set plan_cache_mode = force_generic_plan as $$
declare
  settings record;
  keyed public.sync_run_log;
  active public.sync_run_log;
  open_attempt sync_scheduler.run_attempts;
  step text;
  active_recovery text;
  newest_manual_trigger_at timestamptz;
  full_hour_began_at timestamptz;
  ticked_at timestamptz;
  has_incident boolean;
begin
  select s.least_cooldown, s.presses_per_hour, s.silent_after, s.installed_at, s.function_url
  into strict settings from sync_scheduler.settings s;
  select t.ticked_at into ticked_at from sync_scheduler.ticks t order by t.tick_id desc limit 1;

  if read_trigger_facts.idempotency_key is not null then
    select r.run_id, r.integration_id into keyed.run_id, keyed.integration_id from public.sync_run_log r
    where r.org_id = integration.org_id and r.idempotency_key = read_trigger_facts.idempotency_key;
  end if;

  -- The other columns are for the rare press that meets an active run.
  select r.run_id into active.run_id from public.sync_run_log r
  where r.integration_id = integration.id and r.status in ('pending', 'running');
  if found then
    select * into strict active from public.sync_run_log r where r.run_id = active.run_id;
    if recovered is null then
      select * into open_attempt from sync_scheduler.run_attempts a
      where a.run_id = active.run_id and a.attempt = active.attempt and a.ended_at is null;
      step := sync_scheduler.choose_recovery(active, open_attempt);
    end if;
    active_recovery := case
      when recovered then 'done'
      when step in ('resume', 'next_attempt', 'dispatch') then 'continues'
      -- As schedule_retry would decide about the lost attempt.
      when step = 'worker_lost' and active.cancel_requested_at is null and (
        select f.burnt + case when open_attempt.settled_before = active.entries_done + active.entries_failed
          then 1 else 0 end < integration.max_attempts from sync_scheduler.count_failures(active) f)
        then 'continues'
      when step is not null then 'ends' end;
  end if;

  -- Manual runs are sought by the integration alone. With the organisation as a condition, some statistics
  -- would let the planner read all of its runs.
  select r.triggered_at into newest_manual_trigger_at from public.sync_run_log r
  where r.integration_id = integration.id and r.triggered_by = 'manual' order by r.triggered_at desc limit 1;
  select manual.triggered_at into full_hour_began_at
  from public.sync_integrations i cross join lateral (
    select r.triggered_at from public.sync_run_log r
    where r.integration_id = i.id and r.triggered_by = 'manual' and r.triggered_at > now() - interval '1 hour'
    -- In order, so that a plan for an empty log, too, takes the index of manual runs.
    order by r.triggered_at desc limit settings.presses_per_hour) manual
  where i.org_id = integration.org_id
  order by manual.triggered_at desc offset settings.presses_per_hour - 1 limit 1;

  -- The host is no condition of an index: nearly always no vendor is away, and then nothing asks for it.
  perform from public.sync_vendor_incidents o
  where o.ended_at is null and o.integration_type = integration.integration_type
    and o.host is not distinct from sync_scheduler.vendor_host(integration);
  has_incident := found;

  -- By place, in the order of the type trigger_facts.
  return row(now(), read_trigger_facts.caller_id, integration.id, integration.enabled, integration.paused_at,
    integration.pause_reason, integration.resume_at, keyed.run_id, keyed.integration_id, active.run_id,
    active.status, active.started_at, active.triggered_by,
    case when active.run_id is not null then sync_scheduler.waits_for(active) end,
    case when active.quota_until > now() then active.quota_until end, active_recovery,
    integration.manual_cooldown, settings.least_cooldown, newest_manual_trigger_at, full_hour_began_at,
    coalesce(ticked_at, settings.installed_at) > now() - settings.silent_after,
    has_incident, coalesce(settings.function_url, sync_scheduler.signed_function_url()) is not null
  )::sync_scheduler.trigger_facts;
end;
$$;

-- What a pending run waits for that is not its turn: integration_paused, function_outdated or
-- schema_outdated, as in its notice; vendor_quota_exhausted until its quota_until; null: nothing.
create or replace function sync_scheduler.waits_for(run public.sync_run_log) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return case when run.status <> 'pending' then null
    when run.notice in ('integration_paused', 'function_outdated', 'schema_outdated') then run.notice
    when run.quota_until > now() then 'vendor_quota_exhausted' end;
end;
$$;
