-- May a press start a run now, and if not, why?

-- Refuses an integration that is switched off (PT409 integration_disabled) or paused (PT409
-- integration_paused); a pause ends by itself at resume_at.
create or replace function sync_scheduler.require_usable(integration public.sync_integrations) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not integration.enabled then
    perform sync_scheduler.raise_error('integration_disabled');
  end if;
  if sync_scheduler.is_paused(integration) then
    perform sync_scheduler.raise_error('integration_paused', jsonb_build_object(
      'reason', integration.pause_reason,
      'paused_at', integration.paused_at,
      'resume_at', integration.resume_at));
  end if;
end;
$$;

-- Refuses (PT429 rate_limited, details: retry_after_seconds, retry_at, limit) a person's press before
-- next_manual_press; exactly then it is allowed. Exact only for a caller who holds lock_limits.
create or replace function sync_scheduler.require_cooldown_over(integration public.sync_integrations)
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  next record;
begin
  select * into next from sync_scheduler.next_manual_press(integration);
  if next.press_at > now() then
    perform sync_scheduler.raise_error('rate_limited', jsonb_build_object(
      'retry_after_seconds', ceil(extract(epoch from next.press_at - now())),
      'retry_at', next.press_at,
      'limit', next.limited_by));
  end if;
end;
$$;

-- From when on the limits let a person press, and which of them says so: cooldown (manual_cooldown, at least
-- settings.least_cooldown, after the newest manual run of the integration) or presses_per_hour (so many
-- manual runs of the organisation within an hour). What became of the runs does not matter. May be in the
-- past; null: there was no press. Reads at most presses_per_hour runs of each integration.
create or replace function sync_scheduler.next_manual_press(
  integration public.sync_integrations, out press_at timestamptz, out limited_by text
)
language plpgsql stable set search_path = pg_catalog, pg_temp
-- With a high limit a plan that sorts seems cheap, and reads all that was ever pressed.
set enable_sort = off set enable_incremental_sort = off set enable_bitmapscan = off as $$
declare
  presses integer;
  least_cooldown interval;
  newest timestamptz;
  other_id uuid;
  pressed_at timestamptz;
  recent timestamptz[] := '{}'::timestamptz[];
  hour_over_at timestamptz;
begin
  select s.presses_per_hour, s.least_cooldown into presses, least_cooldown from sync_scheduler.settings s;
  for other_id in select i.id from public.sync_integrations i where i.org_id = integration.org_id loop
    -- A loop, because it stops at the first run that is too old: as a condition of the statement that would
    -- not end its scan.
    for pressed_at in
      select r.triggered_at from public.sync_run_log r
      -- As a range, in the order of one index: of plain conditions the index of the organisation's runs would
      -- seem as good to who plans for an empty log, and be read row by row in a long one.
      where (r.integration_id, r.org_id, r.triggered_by)
        between (other_id, integration.org_id, 'manual'::public.sync_run_trigger)
        and (other_id, integration.org_id, 'manual'::public.sync_run_trigger)
      order by r.integration_id, r.org_id, r.triggered_by, r.triggered_at desc limit presses
    loop
      if other_id = integration.id and newest is null then
        newest := pressed_at;
      end if;
      exit when pressed_at <= now() - interval '1 hour';
      recent := recent || pressed_at;
    end loop;
  end loop;

  -- Of instants: an interval of months may be less than the days that it is compared as.
  press_at := greatest(newest + integration.manual_cooldown, newest + least_cooldown);
  limited_by := case when press_at is not null then 'cooldown' end;
  if cardinality(recent) >= presses then
    hour_over_at := (select r.at + interval '1 hour'
      from unnest(recent) r (at) order by r.at desc offset presses - 1 limit 1);
    if hour_over_at > press_at or press_at is null then
      press_at := hour_over_at;
      limited_by := 'presses_per_hour';
    end if;
  end if;
end;
$$;

-- The active run of an integration, or null; a unique index allows no second one.
create or replace function sync_scheduler.find_active_run(integration_id uuid) returns public.sync_run_log
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
begin
  select * into run from public.sync_run_log r
  where r.integration_id = find_active_run.integration_id and r.status in ('pending', 'running');
  return run;
end;
$$;

-- Raises PT409 sync_already_in_progress with what a client needs to join that run, and notice:
-- scheduler_not_ticking when pg_cron is silent, else what a pending run waits for (waits_for), else
-- vendor_incident (incident_notice).
create or replace function sync_scheduler.raise_active(run public.sync_run_log) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.raise_error('sync_already_in_progress', jsonb_build_object(
    'run_id', run.run_id,
    'status', run.status,
    'started_at', run.started_at,
    'triggered_by', run.triggered_by)
    -- Nobody will retry it by itself: an alert would be taken back with this error, so it stands here.
    || case when not sync_scheduler.is_ticking() then '{"notice": "scheduler_not_ticking"}'
      -- It may wait for hours: the person must not think that it is about to start.
      else jsonb_strip_nulls(
        jsonb_build_object('quota_until', case when run.quota_until > now() then run.quota_until end,
          'notice', coalesce(sync_scheduler.waits_for(run), (
        select sync_scheduler.incident_notice(i) from public.sync_integrations i
          where i.id = run.integration_id)))) end);
end;
$$;

-- What a pending run waits for that is not its turn: integration_paused, function_outdated or
-- schema_outdated, as in its notice; vendor_quota_exhausted until its quota_until; null: nothing.
create or replace function sync_scheduler.waits_for(run public.sync_run_log) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return case
    when run.status <> 'pending' then null
    when run.notice in ('integration_paused', 'function_outdated', 'schema_outdated') then run.notice
    when run.quota_until > now() then 'vendor_quota_exhausted' end;
end;
$$;

-- What trigger_integration_sync would answer the caller for this integration now, without doing it: message
-- and details of the error, or nulls. The checks are press's own; tests/parity proves that the answer is the
-- same.
create or replace function sync_scheduler.why_refused(
  integration public.sync_integrations, out message text, out details jsonb
)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
  current_attempt sync_scheduler.run_attempts;
  step text;
  detail text;
begin
  perform sync_scheduler.require_org_role(integration.org_id, '{admin,coordinator}');
  perform sync_scheduler.require_usable(integration);

  run := sync_scheduler.find_active_run(integration.id);
  if run.run_id is not null then
    select * into current_attempt from sync_scheduler.run_attempts a
    where a.run_id = run.run_id and a.attempt = run.attempt and a.ended_at is null;
    step := sync_scheduler.recovery_of(run, current_attempt);
    if step is null then
      perform sync_scheduler.raise_active(run);
    elsif step in ('resume', 'next_attempt', 'dispatch')
      or (step = 'worker_lost' and sync_scheduler.would_retry(run, current_attempt))
    then
      -- The press would revive it, whatever the cooldown says.
      return;
    end if;
  end if;

  if sync_scheduler.caller_id() is not null then
    perform sync_scheduler.require_cooldown_over(integration);
  end if;
  perform sync_scheduler.find_function_url();
exception when others then
  if sqlstate !~ '^PT' then
    raise;
  end if;
  get stacked diagnostics message = message_text, detail = pg_exception_detail;
  details := nullif(detail, '')::jsonb;
end;
$$;

-- Would the run be retried if its open attempt ended as lost now, as retry_or_fail would then decide?
create or replace function sync_scheduler.would_retry(
  run public.sync_run_log, current_attempt sync_scheduler.run_attempts
) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return run.cancel_requested_at is null and (
    select f.burnt + case when current_attempt.settled_before = run.entries_done + run.entries_failed then 1
      else 0 end
      < i.max_attempts
    from sync_scheduler.count_failures(run) f, public.sync_integrations i where i.id = run.integration_id);
end;
$$;
