-- Trigger of run_attempts; its argument is the event. Locks alerts. An error is a warning: it must not undo
-- what has become of the attempt. What a worker reports of a database that could not write, as {code, since,
-- until}, is an alert of the installation, which resolve_silence ends.
create or replace function sync_scheduler.raise_attempt_alerts() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
  integration public.sync_integrations;
  refuted public.sync_alert_kind[] := '{dispatch_failing}'::public.sync_alert_kind[];
  trouble jsonb;
begin
  select * into strict run from public.sync_run_log r where r.run_id = new.run_id;
  select * into strict integration from public.sync_integrations i where i.id = run.integration_id;
  case tg_argv[0]
  when 'claimed' then
    if run.triggered_by = 'schedule' and run.started_at = new.claimed_at then
      refuted := refuted || 'start_failed'::public.sync_alert_kind;
      -- What waited for the end of a pause is not late.
      if not exists (
        select from sync_scheduler.run_attempts a where a.run_id = run.run_id and a.outcome = 'paused')
      then
        if run.started_at - run.scheduled_for > (select s.drift_alert_after from sync_scheduler.settings s)
        then
          perform sync_scheduler.raise_alert(integration, 'drift', 'warning', run.scheduled_for,
            'A scheduled sync started late.',
            jsonb_build_object('scheduled_for', run.scheduled_for, 'started_at', run.started_at,
              'drift_seconds', round(extract(epoch from run.started_at - run.scheduled_for))), run.run_id);
        else
          refuted := refuted || 'drift'::public.sync_alert_kind;
        end if;
      end if;
    end if;
    perform sync_scheduler.resolve_alerts(integration.id, refuted);
    trouble := new.database_trouble;
  when 'refused' then
    perform sync_scheduler.raise_alert(integration, 'dispatch_failing', 'critical', null,
      'The sync function and the database are of releases that do not understand each other: syncs wait '
      'until both are up to date.',
      jsonb_build_object('reason', run.notice, 'function_protocol', new.refused_protocol,
        'schema_protocols', sync_scheduler.worker_protocols()::text), run.run_id);
  when 'undelivered' then
    perform sync_scheduler.raise_alert(integration, 'dispatch_failing',
      case when new.ended_at is null then 'warning' else 'critical' end::public.sync_alert_severity, null,
      'The sync function does not take the sync that was posted to it.',
      jsonb_build_object('attempt', old.attempt, 'dispatches', old.dispatch_count,
        'response_status', old.response_status, 'response_error', old.response_error), run.run_id);
  when 'ended' then
    if new.error_code = 'worker_lost' then
      perform sync_scheduler.raise_alert(integration, 'lost_worker', 'warning', null,
        'The sync function fell silent in the middle of a sync.',
        jsonb_build_object('attempt', new.attempt, 'heartbeat_at', new.heartbeat_at), run.run_id);
    end if;
    trouble := jsonb_build_object('code', new.error_code);
  when 'retried_at_once' then
    perform sync_scheduler.raise_alert(integration, 'cold_start_failure', 'warning', run.triggered_at,
      'A sync failed in a function that had just started, and was started again at once.',
      jsonb_build_object('attempt', new.attempt, 'boot_id', new.boot_id, 'boot_ms', new.boot_ms,
        'error_class', new.error_class, 'error_code', new.error_code, 'scheduled_for', run.scheduled_for),
      run.run_id);
  end case;
  if trouble ->> 'code' in ('database_full', 'database_read_only', 'database_restarting') then
    begin
      perform sync_scheduler.raise_alert(null, 'database_not_writable', case trouble ->> 'code'
          when 'database_restarting' then 'warning' else 'critical' end::public.sync_alert_severity, null,
        case trouble ->> 'code'
          when 'database_full'
            then 'The database could not write: its disk is full. Free space or enlarge the disk.'
          when 'database_read_only'
            then 'The database took no writes: it is read-only, mostly because its disk is nearly full. '
              'Free space or enlarge the disk.'
          else 'The database was restarting, or could not be reached. Syncs go on by themselves.' end,
        -- The worker's clock may be wrong: what it says of time is bounded, and only shown.
        jsonb_strip_nulls(jsonb_build_object('code', trouble ->> 'code',
          'since', least(greatest((trouble ->> 'since')::timestamptz, now() - interval '1 day'), now()),
          'until', least(greatest((trouble ->> 'until')::timestamptz, now() - interval '1 day'), now()))));
    exception when data_exception then
      -- It is no time: what the claim resolves stays resolved.
      raise warning 'sync_scheduler.raise_attempt_alerts: % (%)', left(sqlerrm, 100), sqlstate;
    end;
  end if;
  return null;
exception when others then
  raise warning 'sync_scheduler.raise_attempt_alerts: % (%)', sqlerrm, sqlstate;
  return null;
end;
$$;

-- The columns keep heartbeats free of calls. What an operator corrects is no event.
create trigger claimed_alerts after update of claimed_at on sync_scheduler.run_attempts
  for each row when (old.claimed_at is null) execute function sync_scheduler.raise_attempt_alerts('claimed');
create trigger refused_alerts after update of refused_protocol on sync_scheduler.run_attempts
  for each row execute function sync_scheduler.raise_attempt_alerts('refused');
create trigger ended_2_alerts after update of ended_at on sync_scheduler.run_attempts
  for each row when (old.ended_at is null and new.error_class is not null)
  execute function sync_scheduler.raise_attempt_alerts('ended');
-- An attempt that is lost now and then is what the repetition is for.
create trigger undelivered_alerts after update of dispatch_count, ended_at on sync_scheduler.run_attempts
  for each row when (old.dispatch_count > 1 and (new.dispatch_count > old.dispatch_count
    or (old.ended_at is null and new.error_code = 'dispatch_exhausted')))
  execute function sync_scheduler.raise_attempt_alerts('undelivered');
create trigger retried_at_once_alerts after update of retried_at_once on sync_scheduler.run_attempts
  for each row execute function sync_scheduler.raise_attempt_alerts('retried_at_once');
