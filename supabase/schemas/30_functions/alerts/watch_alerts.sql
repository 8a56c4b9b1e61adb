-- The tick looks for what starts late or not at all.

-- Trigger of ticks: the steps of a tick with work that are about alerts. Before the row is written, so that
-- it has their errors and their time.
create or replace function sync_scheduler.watch_alerts() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
  begun timestamptz := clock_timestamp();
  step text;
begin
  -- Messages are posted after every step that raises alerts.
  foreach step in array array['watch_drift', 'resolve_silence', 'post_alert_messages'] loop
    begin
      case step
      when 'watch_drift' then perform sync_scheduler.watch_drift();
      when 'resolve_silence' then perform sync_scheduler.resolve_silence();
      when 'post_alert_messages' then perform sync_scheduler.post_alert_messages();
      end case;
    exception when others then
      new.errors := coalesce(new.errors, '{}') || jsonb_build_object(step, sqlerrm);
    end;
  end loop;
  new.duration_ms := new.duration_ms + extract(epoch from clock_timestamp() - begun) * 1000;
  return new;
end;
$$;

create trigger tick_2_alerts before insert on sync_scheduler.ticks
  for each row when (new.busy) execute function sync_scheduler.watch_alerts();

-- Raises the drift alert, once a slot, for up to 500 slots that should have started
-- settings.drift_alert_after ago and have not.
create or replace function sync_scheduler.watch_drift() returns void
language plpgsql set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  latest timestamptz := now() - (select s.drift_alert_after from sync_scheduler.settings s);
  late record;
begin
  for late in
    select i as integration, l.slot, l.run_id from (
      -- Posted and not claimed, waiting, and not even dealt with. The claim notices one that starts late.
      select r.integration_id, r.scheduled_for as slot, r.run_id from public.sync_run_log r
      where r.status = 'pending' and r.started_at is null and r.scheduled_for < latest
        and r.triggered_by = 'schedule'
        -- Nor what waits, or has waited, for the end of a pause.
        and not exists (
          select from sync_scheduler.run_attempts a where a.run_id = r.run_id and a.outcome = 'paused')
      union all
      select w.integration_id, w.scheduled_for, null from sync_scheduler.queued_slots w
      where w.scheduled_for < latest and w.triggered_by = 'schedule'
      union all
      select n.id, n.next_run_at, null from public.sync_integrations n
      where n.next_run_at < latest and sync_scheduler.find_skip_reason(n, n.next_run_at) is null
    ) l
    join public.sync_integrations i on i.id = l.integration_id
    -- Only what is new: a backlog would cost as much at each tick again.
    where not exists (select from public.sync_alerts a
      where a.org_id = i.org_id and a.dedup_key = sync_scheduler.alert_key('drift', i, l.slot)
        and a.resolved_at is null)
    limit 500
    -- An alert locks it for its foreign key; what is about to be deleted is not worth waiting for.
    for key share of i skip locked
  loop
    begin
      perform sync_scheduler.raise_alert(late.integration, 'drift', 'warning', late.slot,
        'A scheduled sync is due and has not started.',
        jsonb_build_object('scheduled_for', late.slot, 'started_at', null,
          'drift_seconds', round(extract(epoch from now() - late.slot))), late.run_id);
    exception when others then
      raise warning 'sync_scheduler.watch_drift: % (%)', sqlerrm, sqlstate;
    end;
  end loop;
end;
$$;

-- Resolves scheduler_dead, because a tick calls this. And database_not_writable, when no worker has reported
-- it for a quarter of an hour.
create or replace function sync_scheduler.resolve_silence() returns void
language plpgsql set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
begin
  update public.sync_alerts a set resolved_at = now() where a.alert_id = any (array(
    select o.alert_id from public.sync_alerts o
    where o.kind in ('scheduler_dead', 'database_not_writable') and o.resolved_at is null
      and (o.kind = 'scheduler_dead' or o.last_seen_at <= now() - interval '15 minutes')
    limit 500 for no key update skip locked));
end;
$$;
