-- Alerts that follow from attempts.

-- Trigger of run_attempts; its argument is the event. `claimed`: the function takes runs again, and the slot
-- starts. Resolves dispatch_failing, start_failed and drift. `refused`: the worker is of a release that the
-- database does not understand. `posted_again`: no worker has claimed the attempt, for the second time at
-- least. `ended`: the worker fell silent, no worker came at all, or one reports that the database could not
-- write. `retried_at_once`: the attempt failed on a cold start. Locks alerts. An error is a warning: it must
-- not undo what has become of the attempt.
create or replace function sync_scheduler.raise_attempt_alerts() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
  integration public.sync_integrations;
  refuted public.sync_alert_kind[] := '{dispatch_failing}'::public.sync_alert_kind[];
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
        and not sync_scheduler.check_drift(integration, run.scheduled_for, run.started_at, run.run_id) then
        refuted := refuted || 'drift'::public.sync_alert_kind;
      end if;
    end if;
    perform sync_scheduler.resolve_alerts(integration.id, refuted);
    if new.database_trouble is not null then
      perform sync_scheduler.raise_reported_trouble(new.database_trouble);
    end if;
  when 'refused' then
    perform sync_scheduler.raise_alert(integration, 'dispatch_failing', 'critical', null,
      'The sync function and the database are of releases that do not understand each other: syncs wait '
      'until both are up to date.',
      jsonb_build_object('reason', run.notice, 'function_protocol', new.refused_protocol,
        'schema_protocols', sync_scheduler.worker_protocols()::text),
      run.run_id);
  when 'posted_again' then
    perform sync_scheduler.raise_undelivered(integration, old, 'warning');
  when 'ended' then
    if new.error_code = 'worker_lost' then
      perform sync_scheduler.raise_alert(integration, 'lost_worker', 'warning', null,
        'The sync function fell silent in the middle of a sync.',
        jsonb_build_object('attempt', new.attempt, 'heartbeat_at', new.heartbeat_at), run.run_id);
    -- An attempt that is lost now and then is what the repetition is for.
    elsif new.error_code = 'dispatch_exhausted' and new.dispatch_count > 1 then
      perform sync_scheduler.raise_undelivered(integration, new, 'critical');
    end if;
    perform sync_scheduler.raise_database_trouble(new.error_code);
  when 'retried_at_once' then
    perform sync_scheduler.raise_alert(integration, 'cold_start_failure', 'warning', run.triggered_at,
      'A sync failed in a function that had just started, and was started again at once.',
      jsonb_build_object('attempt', new.attempt, 'boot_id', new.boot_id, 'boot_ms', new.boot_ms,
        'error_class', new.error_class, 'error_code', new.error_code, 'scheduled_for', run.scheduled_for),
      run.run_id);
  end case;
  return null;
exception when others then
  raise warning 'sync_scheduler.raise_attempt_alerts: % (%)', sqlerrm, sqlstate;
  return null;
end;
$$;

-- The conditions keep heartbeats, and what else changes an attempt, free of calls. The number gives the
-- order: connections write health before.
create trigger claimed_alerts after update of claimed_at on sync_scheduler.run_attempts
  for each row when (old.claimed_at is null and new.claimed_at is not null)
  execute function sync_scheduler.raise_attempt_alerts('claimed');
create trigger refused_alerts after update of refused_protocol on sync_scheduler.run_attempts
  for each row when (new.refused_protocol is not null)
  execute function sync_scheduler.raise_attempt_alerts('refused');
create trigger posted_again_alerts after update of dispatch_count on sync_scheduler.run_attempts
  for each row when (old.dispatch_count > 1 and new.dispatch_count > old.dispatch_count)
  execute function sync_scheduler.raise_attempt_alerts('posted_again');
create trigger ended_2_alerts after update of ended_at on sync_scheduler.run_attempts
  for each row when (old.ended_at is null and new.error_class is not null)
  execute function sync_scheduler.raise_attempt_alerts('ended');
create trigger retried_at_once_alerts after update of retried_at_once on sync_scheduler.run_attempts
  for each row when (new.retried_at_once and not old.retried_at_once)
  execute function sync_scheduler.raise_attempt_alerts('retried_at_once');

-- Raises dispatch_failing for an attempt that no worker has claimed. The next claim of the integration
-- resolves it.
create or replace function sync_scheduler.raise_undelivered(
  integration public.sync_integrations,
  undelivered sync_scheduler.run_attempts,
  severity public.sync_alert_severity
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.raise_alert(integration, 'dispatch_failing', severity, null,
    'The sync function does not take the sync that was posted to it.',
    jsonb_build_object('attempt', undelivered.attempt, 'dispatches', undelivered.dispatch_count,
      'response_status', undelivered.response_status, 'response_error', undelivered.response_error),
    undelivered.run_id);
end;
$$;
