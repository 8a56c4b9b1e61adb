-- Decides what becomes of a run whose attempt has just ended in an error. It is cancelled if that was asked
-- for. It fails if the error is permanent (a refusal may pass, see refusal_backoff) or the attempts are used
-- up. Else it waits for its backoff, at least as long as the vendor asks. If stuck_batch is set aside, there
-- is no backoff, because its other batches go on. Null: the connector sends no other batch before the outcome
-- is known. The vendor's wait moves the deadline, up to settings.longest_wait in total. Beyond that the run
-- fails as vendor_quota_exhausted. The caller holds the run's row lock.
create or replace function sync_scheduler.schedule_retry(
  run public.sync_run_log, ended sync_scheduler.run_attempts, error_message text,
  stuck_batch uuid default null) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  settings constant sync_scheduler.settings := (select s from sync_scheduler.settings s);
  integration public.sync_integrations;
  failures record;
  -- What the connector waits for by its own choice is the run's own time.
  asked constant interval := coalesce(
    case when ended.blames is distinct from 'nobody' then ended.retry_after end, '0');
  until constant timestamptz := now() + asked;
  -- Null unless the failure is a refusal that may pass by itself.
  refusal constant interval := sync_scheduler.refusal_backoff(run, ended);
  backoff interval := asked;
  is_set_aside boolean := false;
  is_too_long boolean;
  words text;
begin
  if run.cancel_requested_at is not null then
    perform sync_scheduler.finish_run(run, 'cancelled');
    return;
  end if;

  select * into strict integration from public.sync_integrations i where i.id = run.integration_id;
  failures := sync_scheduler.count_failures(run);
  -- Only when the last attempt has just been used up. If the next batch fails before anything gets through,
  -- more than max_attempts are used up, and the run fails.
  if failures.burnt = integration.max_attempts and ended.error_class in ('transient', 'ambiguous')
    and run.deadline_at > now()
  then
    update public.sync_export_entries e set set_aside_run_id = run.run_id
    where e.batch_id = stuck_batch and e.integration_id = run.integration_id and e.state = 'unknown';
    is_set_aside := found;
  end if;
  if not is_set_aside then
    -- A wait and a refusal that may pass burn no attempt, also when a batch that was set aside has burnt all.
    if (ended.error_class = 'permanent' and refusal is null)
      or (failures.burnt >= integration.max_attempts
        and ended.error_class not in ('rate_limited', 'permanent'))
    then
      perform sync_scheduler.finish_run(run, 'failed', ended.error_code, error_message);
      return;
    end if;
    -- Exponential with full jitter. The exponent is bounded, so that no number of failures overflows.
    backoff := coalesce(refusal, greatest(ended.retry_after, random() * least(settings.retry_cap,
        integration.retry_base * power(2, least(greatest(failures.in_a_row - 1, 0), 20))),
      -- A vendor that asks us to slow down is not asked again at once, even if it does not say how long.
      case when ended.error_class = 'rate_limited' then interval '5 seconds' end));
    -- With a hint it was the vendor who failed, not the start.
    if coalesce(ended.retry_after, '0') <= interval '0'
      and ended.error_class in ('transient', 'ambiguous')
    then
      -- In a freshly booted isolate, before it settled any entry, and once in a run.
      update sync_scheduler.run_attempts a set retried_at_once = true
      where a.run_id = run.run_id and a.attempt = run.attempt and a.cold_start
        and a.settled_before = run.entries_done + run.entries_failed
        and not exists (
          select from sync_scheduler.run_attempts o where o.run_id = run.run_id and o.retried_at_once);
      if found then
        backoff := interval '0';
      end if;
    end if;
  end if;

  is_too_long := asked > interval '0' and settings.longest_wait < (
    select sum(a.retry_after) from sync_scheduler.run_attempts a
    where a.run_id = run.run_id and a.outcome = 'failed' and a.blames is distinct from 'nobody');
  -- For people: by the integration's own clocks, and to the nearest minute, because the hint was on its way
  -- for a moment. Only if it is said: a time zone that the server has lost must keep no run from its retry.
  if is_too_long or (ended.blames = 'quota' and asked > interval '1 minute') then
    words := format(case when ended.blames = 'quota' then 'The vendor''s quota is used up until %s (%s).'
        else 'The vendor asks us to come back at %s (%s).' end,
      to_char((until + interval '30 seconds') at time zone integration.time_zone,
        case when until < now() + interval '1 day' then 'HH24:MI' else 'YYYY-MM-DD HH24:MI' end),
      integration.time_zone);
  end if;
  if is_too_long then
    update public.sync_run_log r set quota_until = until where r.run_id = run.run_id;
    perform sync_scheduler.finish_run(run, 'failed', 'vendor_quota_exhausted', words);
    return;
  end if;
  -- What the vendor asks for is not the run's own time. Past its deadline it has none left, and gets none.
  if run.deadline_at > now() then
    run.deadline_at := run.deadline_at + asked;
    -- For a shorter wait the connector's own words are enough.
    if words is not null then
      run.quota_until := until;
      error_message := left(concat_ws(' ', error_message, words), 500);
    end if;
  end if;
  update public.sync_run_log r set status = 'pending',
    -- Past its deadline it is due now. A tick may not look further back, see ticks.looks_from.
    next_attempt_at = greatest(now(), least(now() + backoff, run.deadline_at)),
    deadline_at = run.deadline_at, quota_until = run.quota_until,
    error_code = ended.error_code, error_message = schedule_retry.error_message
  where r.run_id = run.run_id;
  if not sync_scheduler.pause_if_stopped(run.run_id) and backoff <= interval '0' then
    perform sync_scheduler.next_attempt(run.run_id);
  end if;
end;
$$;

-- Failures of a run in a row: those since it last settled an entry or got through a slice. A vendor's rate
-- limit counts for the backoff (in_a_row) and burns no attempt; nor does a refusal after which the run went
-- on (refusal_backoff).
create or replace function sync_scheduler.count_failures(
  run public.sync_run_log, out in_a_row integer, out burnt integer)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  select count(*), count(*)
    filter (where a.error_class is null or a.error_class not in ('rate_limited', 'permanent'))
  into in_a_row, burnt from sync_scheduler.run_attempts a
  where a.run_id = run.run_id and a.outcome in ('failed', 'lost')
    and a.settled_before = run.entries_done + run.entries_failed
    and a.attempt > coalesce((select max(c.attempt) from sync_scheduler.run_attempts c
      where c.run_id = run.run_id and c.outcome = 'continued'), 0);
end;
$$;

-- How long to wait before a refusal is tried again, of a run whose attempt, `ended`, has just ended. It is
-- 30 s, 1, 2, 4 minutes, until ten minutes after the first refusal of this run. Only if the vendor took
-- entries within an hour before that, with the present config and credentials (last_success_at). Null: the
-- refusal is final, or the attempt was not refused. The caller holds the run's row lock.
create or replace function sync_scheduler.refusal_backoff(
  run public.sync_run_log, ended sync_scheduler.run_attempts) returns interval
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  gives_up_after constant interval := interval '10 minutes';
  refusals integer;
  first_at timestamptz;
begin
  if ended.error_class is distinct from 'permanent' or ended.blames = 'entry'
    or sync_scheduler.is_own_refusal(ended.error_code)
  then
    return null;
  end if;
  select count(*), min(a.ended_at) into refusals, first_at from sync_scheduler.run_attempts a
  where a.run_id = run.run_id and a.error_class = 'permanent';
  return case when first_at + gives_up_after > now() and exists (
    select from public.sync_integration_health h
    where h.integration_id = run.integration_id and h.last_success_at > first_at - interval '1 hour')
    then least(interval '30 seconds' * power(2, least(refusals, 10) - 1), first_at + gives_up_after - now())
  end;
end;
$$;

-- Did the function refuse to work before it asked the external system? These are codes of its SyncError.
create or replace function sync_scheduler.is_own_refusal(error_code text) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce(error_code in ('invalid_config', 'invalid_credentials', 'credentials_needed',
    'no_connector', 'invalid_worker_request'), false);
end;
$$;
