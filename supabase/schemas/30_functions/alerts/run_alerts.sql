-- Alerts that follow from runs and skipped slots.

-- Trigger of sync_run_log and postponed_slots; its argument is the event. Locks alerts. An error is a
-- warning: it must not undo the end of a run, bring slots back into this tick or keep a run from starting.
create or replace function sync_scheduler.raise_run_alerts() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
  ended sync_scheduler.run_attempts;
  error_message text;
  missed record;
  last_tick_at timestamptz;
begin
  select * into strict integration from public.sync_integrations i where i.id = new.integration_id;
  case tg_argv[0]
  when 'ended' then
    select * into ended from sync_scheduler.run_attempts a
    where a.run_id = new.run_id and a.attempt = new.attempt;
    if new.status = 'succeeded' then
      perform sync_scheduler.resolve_alerts(integration.id, '{lost_worker,cold_start_failure,missed_slot}');
      perform sync_scheduler.resolve_run_failure(integration.id, has_succeeded => true);
    -- The next run would meet the same as one that a person has cancelled.
    elsif new.status = 'failed' or (ended.error_class = 'permanent' and ended.ended_at = new.finished_at
      and sync_scheduler.refusal_backoff(new, ended) is null)
    then
      error_message := coalesce(new.error_message, ended.error_message);
      -- One until what it left, up to last_entry_id, is out or decided, however many runs fail before that.
      perform sync_scheduler.raise_alert(integration, 'run_failed', 'critical', null,
        concat_ws(' ', 'A sync failed.', error_message),
        jsonb_build_object('error_code', coalesce(new.error_code, ended.error_code, 'unknown'),
          'error_class', ended.error_class, 'blames', ended.blames,
          'error_message', coalesce(error_message, 'The last sync failed.'),
          'attempts', new.attempt, 'triggered_by', new.triggered_by, 'scheduled_for', new.scheduled_for,
          'entries_done', new.entries_done, 'entries_total', new.entries_total,
          'last_entry_id', (sync_scheduler.outstanding_entries(integration.id)).last_id), new.run_id);
      if new.started_at is null and new.triggered_by = 'schedule' then
        perform sync_scheduler.raise_alert(integration, 'drift', 'warning', new.scheduled_for,
          'A scheduled sync never started.',
          jsonb_build_object('scheduled_for', new.scheduled_for, 'started_at', null), new.run_id);
      end if;
    end if;
    perform sync_scheduler.report_undecided(integration.id, new.run_id);
  when 'missed' then
    -- The scheduler was away. One alert a day, and one call for the slots that a transaction skips: the row
    -- of the last one reports all. The caller holds the integration's lock.
    if (select r.skip_reason = 'missed' and r.finished_at = new.finished_at from public.sync_run_log r
      where r.integration_id = integration.id and r.scheduled_for > new.scheduled_for
      order by r.scheduled_for limit 1) is not true
    then
      select min(r.scheduled_for) as first_slot, count(*) as slots into missed from public.sync_run_log r
      where r.integration_id = integration.id and r.scheduled_for <= new.scheduled_for
        and r.skip_reason = 'missed' and r.finished_at = new.finished_at;
      perform sync_scheduler.raise_alert(integration, 'missed_slot', 'critical',
        date_trunc('day', missed.first_slot, 'UTC'),
        'The scheduler was away for so long that scheduled syncs were skipped.',
        jsonb_build_object('first_slot', missed.first_slot, 'last_slot', new.scheduled_for,
          'slots', missed.slots));
    end if;
  when 'silent' then
    -- A person has started or revived a run while the scheduler is silent: once a silence, and posted at
    -- once, since no tick does. The notice may be of an earlier silence.
    if old.status <> new.status or sync_scheduler.is_ticking() then
      return null;
    end if;
    select t.ticked_at into last_tick_at from sync_scheduler.ticks t order by t.tick_id desc limit 1;
    if sync_scheduler.raise_alert(integration, 'scheduler_dead', 'critical', last_tick_at,
      'The scheduler has stopped: nothing starts or is retried by itself. Syncs that are started by hand '
      'work.', jsonb_build_object('last_tick_at', last_tick_at))
    then
      begin
        perform sync_scheduler.post_alert_messages();
      exception when others then
        -- The alert stays.
        raise warning 'sync_scheduler.raise_run_alerts: % (%)', sqlerrm, sqlstate;
      end;
    end if;
  when 'postponed' then
    perform sync_scheduler.raise_alert(integration, 'start_failed', 'critical', new.scheduled_for,
      'A scheduled sync could not be started. It is tried again every minute.',
      jsonb_build_object('scheduled_for', new.scheduled_for, 'error', new.reason));
  end case;
  return null;
exception when others then
  raise warning 'sync_scheduler.raise_run_alerts: % (%)', sqlerrm, sqlstate;
  return null;
end;
$$;

-- The end alone writes finished_at: guard_run_update keeps it.
create trigger ended_2_alerts after update of finished_at on public.sync_run_log
  for each row execute function sync_scheduler.raise_run_alerts('ended');
create trigger missed_alerts after insert on public.sync_run_log
  for each row when (new.skip_reason = 'missed') execute function sync_scheduler.raise_run_alerts('missed');
create trigger silent_alerts after insert or update of notice on public.sync_run_log
  for each row when (new.notice = 'scheduler_not_ticking')
  execute function sync_scheduler.raise_run_alerts('silent');
create trigger postponed_alerts after insert or update on sync_scheduler.postponed_slots
  for each row execute function sync_scheduler.raise_run_alerts('postponed');

-- Trigger of sync_integrations: without a schedule, switched off or paused, none of its slots is late.
-- Definer, because a role that may switch an integration off may not write alerts.
create or replace function sync_scheduler.resolve_slot_alerts() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.resolve_alerts(new.id, '{drift,start_failed,missed_slot}');
  return null;
exception when others then
  -- It must not undo a pause.
  raise warning 'sync_scheduler.resolve_slot_alerts: % (%)', sqlerrm, sqlstate;
  return null;
end;
$$;

create trigger resolve_slot_alerts after update of schedule, enabled, paused_at on public.sync_integrations
  for each row when (new.schedule is null or not new.enabled or new.paused_at is not null)
  execute function sync_scheduler.resolve_slot_alerts();

-- The first and the last outstanding entry of an integration: pending, sending or unknown. Null: there is
-- none. The cost does not grow with what waits.
create or replace function sync_scheduler.outstanding_entries(
  integration_id uuid, out first_id bigint, out last_id bigint
)
language plpgsql stable set search_path = pg_catalog, pg_temp
-- Without a sort only the index in the order of each query is left.
set enable_sort = off as $$
declare
  id constant uuid := outstanding_entries.integration_id;
begin
  first_id := least(
    (select e.entry_id from public.sync_export_entries e
     where e.integration_id between id and id and e.state = 'pending'
     order by e.integration_id, e.entry_id limit 1),
    (select e.entry_id from public.sync_export_entries e
     where e.integration_id between id and id and e.state = 'sending'
     order by e.integration_id, e.state, e.entry_id limit 1),
    (select e.entry_id from public.sync_export_entries e
     where e.integration_id between id and id and e.state = 'unknown'
     order by e.integration_id, e.state, e.entry_id limit 1));
  last_id := greatest(
    (select e.entry_id from public.sync_export_entries e
     where e.integration_id between id and id and e.state = 'pending'
     order by e.integration_id desc, e.entry_id desc limit 1),
    (select e.entry_id from public.sync_export_entries e
     where e.integration_id between id and id and e.state = 'sending'
     order by e.integration_id desc, e.state desc, e.entry_id desc limit 1),
    (select e.entry_id from public.sync_export_entries e
     where e.integration_id between id and id and e.state = 'unknown'
     order by e.integration_id desc, e.state desc, e.entry_id desc limit 1));
end;
$$;

-- Resolves the alert run_failed of an integration when a run has_succeeded, or nothing that the failed run
-- left is outstanding, nor rejected since and undecided. The last lock of its caller.
create or replace function sync_scheduler.resolve_run_failure(
  integration_id uuid, has_succeeded boolean default false
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  alert public.sync_alerts;
  last_left bigint;
begin
  -- The alert first, the entries in a later statement, as in refresh_decision_alert.
  select * into alert from public.sync_alerts a
  where a.integration_id = resolve_run_failure.integration_id and a.kind = 'run_failed'
    and a.resolved_at is null for no key update;
  if not found then
    return;
  end if;
  last_left := (alert.details ->> 'last_entry_id')::bigint;
  -- A worker has succeeded when nothing is left to reserve.
  if not has_succeeded
    and (last_left is null
      or (sync_scheduler.outstanding_entries(alert.integration_id)).first_id <= last_left)
    -- Refused again, alone this time: it is neither out nor decided.
    or exists (select from public.sync_export_entries e
      where e.integration_id = alert.integration_id and e.undecided and e.state = 'rejected'
        and e.entry_id <= last_left and e.sent_at > alert.last_seen_at)
  then
    return;
  end if;
  update public.sync_alerts a set resolved_at = now() where a.alert_id = alert.alert_id;
end;
$$;
