-- Alerts that follow from attempts, runs and skipped slots.

-- Trigger of sync_integrations: without a schedule, switched off or paused, no slot of the integration is
-- late any more.
-- Definer, because whoever may switch an integration off may not write alerts.
create or replace function sync_scheduler.resolve_slot_alerts() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.resolve_alerts(new.id, '{drift,start_failed,missed_slot}');
  return null;
end;
$$;

create trigger resolve_slot_alerts after update of schedule, enabled, paused_at on public.sync_integrations
  for each row when (new.schedule is null or not new.enabled or new.paused_at is not null)
  execute function sync_scheduler.resolve_slot_alerts();

-- Resolves the alert run_failed of an integration when everything that the failed run left is out, withdrawn
-- or decided. A run that left nothing, as its outbox was empty, is made good by one that succeeds
-- (has_succeeded). The last lock of its caller.
create or replace function sync_scheduler.resolve_run_failure(integration_id uuid,
  has_succeeded boolean default false) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  alert public.sync_alerts;
  last_left bigint;
begin
  -- The alert first, the entries in a later statement, as in refresh_decision_alert. Nearly always there is
  -- none.
  select * into alert from public.sync_alerts a
  where a.integration_id = resolve_run_failure.integration_id and a.kind = 'run_failed'
    and a.resolved_at is null
  for no key update;
  if not found then
    return;
  end if;
  last_left := (alert.details ->> 'last_entry_id')::bigint;
  if last_left is null and not has_succeeded then
    return;
  -- A worker has succeeded when nothing is left to reserve.
  elsif not has_succeeded and sync_scheduler.first_open_entry(alert.integration_id) <= last_left then
    return;
  elsif exists (
    -- Refused again, alone this time: it is neither out nor decided.
    select from public.sync_export_entries e
    where e.integration_id = alert.integration_id and e.undecided and e.state = 'rejected'
      and e.entry_id <= last_left
      and e.sent_at > alert.last_seen_at)
  then
    return;
  end if;
  update public.sync_alerts a set resolved_at = now() where a.alert_id = alert.alert_id;
end;
$$;

-- Did the run's attempt, which has just ended, fail on a cold start: in a freshly booted isolate, before it
-- settled any entry, with a transient or ambiguous error, for the first time in this run? Then it raises the
-- cold_start_failure alert and returns true: the run is retried at once. The caller holds the run's row lock.
create or replace function sync_scheduler.note_cold_start_failure(
  run public.sync_run_log, integration public.sync_integrations, error_class sync_scheduler.error_class
) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  failed sync_scheduler.run_attempts;
begin
  if error_class is null or error_class not in ('transient', 'ambiguous') then
    return false;
  end if;
  select * into failed from sync_scheduler.run_attempts a
  where a.run_id = run.run_id and a.attempt = run.attempt and a.cold_start
    and a.settled_before = run.entries_done + run.entries_failed;
  -- The alert is also what says that the run had its favour: its key is when the run was triggered, so only
  -- the first failure raises it.
  return failed.run_id is not null
    and sync_scheduler.raise_alert(integration, 'cold_start_failure', 'warning',
    run.triggered_at, 'A sync failed in a function that had just started, and was started again at once.',
    jsonb_build_object('attempt', failed.attempt, 'boot_id', failed.boot_id, 'boot_ms', failed.boot_ms,
      'error_class', failed.error_class, 'error_code', failed.error_code, 'scheduled_for', run.scheduled_for),
    run.run_id);
end;
$$;

-- A run has failed for good, or was refused while it was being cancelled: raises run_failed, whatever else is
-- open, and records it in the integration's health: see health_after. details.last_entry_id is the last entry
-- that it left. A scheduled run that never started raises the drift alert of its slot. The caller holds the
-- run's row lock and has ended its attempt.
create or replace function sync_scheduler.note_failed_run(run public.sync_run_log) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
  ended sync_scheduler.run_attempts;
  error_code text := coalesce(run.error_code, 'unknown');
  error_message text := coalesce(run.error_message, 'The last sync failed.');
begin
  select * into strict integration from public.sync_integrations i where i.id = run.integration_id;
  select * into ended from sync_scheduler.run_attempts a
    where a.run_id = run.run_id and a.attempt = run.attempt;
  perform sync_scheduler.set_health(run.integration_id,
    -- A vendor that asks for a long wait has answered.
    case when error_code = 'vendor_quota_exhausted' then 'degraded'
      else sync_scheduler.health_after(ended.error_class::text, ended.blames) end,
    error_code, error_message);
  update public.sync_integration_health h set run_failed_at = now()
  where h.integration_id = run.integration_id
    -- What no worker has claimed, or one with older config or credentials, says nothing about these.
    and ended.claimed_at >= h.configured_at;
  -- One until what it left is out or decided, however many runs fail before that.
  perform sync_scheduler.raise_alert(integration, 'run_failed', 'critical', null,
    concat_ws(' ', 'A sync failed.', run.error_message),
    jsonb_build_object('error_code', error_code, 'error_class', ended.error_class, 'blames', ended.blames,
      'error_message', error_message,
      'attempts', run.attempt, 'triggered_by', run.triggered_by, 'scheduled_for', run.scheduled_for,
      'entries_done', run.entries_done, 'entries_total', run.entries_total,
      'last_entry_id', sync_scheduler.last_open_entry(run.integration_id)),
    run.run_id);
  if run.started_at is null and run.triggered_by = 'schedule' then
    perform sync_scheduler.raise_alert(integration, 'drift', 'warning', run.scheduled_for,
      'A scheduled sync never started.',
      jsonb_build_object('scheduled_for', run.scheduled_for, 'started_at', null), run.run_id);
  end if;
end;
$$;
