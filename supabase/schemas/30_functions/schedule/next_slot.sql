-- Trigger of sync_integrations, for every writer. It refuses an invalid schedule or zone (PT422
-- invalid_schedule, PT422 invalid_time_zone) and sets next_run_at when they change. It records slots that the
-- old schedule left due as skipped, at most 10,000 of them.
-- Definer, because a host's backend (service_role) connects integrations and has no rights in sync_scheduler.
create or replace function sync_scheduler.keep_next_run_at() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  due timestamptz[];
  waiting timestamptz;
begin
  if tg_op = 'UPDATE' then
    if (new.schedule, new.time_zone) is not distinct from (old.schedule, old.time_zone) then
      return new;
    end if;
    -- What was due under the old schedule is not forgotten.
    if old.next_run_at <= now() then
      due := array[old.next_run_at];
      begin
        due := due || array(select slot from sync_scheduler.cron_occurrences(
          old.schedule, old.time_zone, old.next_run_at, now(), 9999) slot);
      exception when sqlstate 'PT422' then
        -- The server's time zone data has lost the zone: an admin must be able to fix that.
        null;
      end;
    end if;
    if new.schedule is null then
      -- Nothing of the schedule is left to wait.
      delete from sync_scheduler.queued_slots w
      where w.integration_id = old.id and w.triggered_by = 'schedule' returning w.scheduled_for into waiting;
      due := array_remove(waiting || due, null);
    end if;
    perform sync_scheduler.skip_slots(old, due, 'schedule_changed');
  end if;
  perform sync_scheduler.validate_time_zone(new.time_zone);
  new.next_run_at := sync_scheduler.next_cron_occurrence(new.schedule, new.time_zone, now());
  new.next_tick_at := new.next_run_at;
  return new;
end;
$$;

create trigger keep_next_run_at before insert or update of schedule, time_zone on public.sync_integrations
  for each row execute function sync_scheduler.keep_next_run_at();

-- Records slots that did not run, each as a row with its reason: what the integration's settings say about
-- it, else the given one. A slot that has a row keeps it, and one that waits waits on. Returns how many rows
-- it wrote. The caller holds the integration's lock.
create or replace function sync_scheduler.skip_slots(
  integration public.sync_integrations, slots timestamptz[], reason public.sync_skip_reason) returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  skipped integer;
begin
  insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by,
    scheduled_for, skip_reason, attempt, deadline_at, finished_at)
  select integration.org_id, integration.id, integration.integration_type, 'skipped', 'schedule', slot,
    coalesce(sync_scheduler.find_skip_reason(integration, slot), skip_slots.reason), 0, now(), now()
  from unnest(slots) slot where not exists (
    select from public.sync_run_log r where r.integration_id = integration.id and r.scheduled_for = slot)
    and not exists (select from sync_scheduler.queued_slots w
      where w.integration_id = integration.id and w.scheduled_for = slot);
  get diagnostics skipped = row_count;
  return skipped;
end;
$$;

-- Why a due slot of the integration is not run now, as far as its settings say; null: it may run.
create or replace function sync_scheduler.find_skip_reason(
  integration public.sync_integrations, slot timestamptz) returns public.sync_skip_reason
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return case when not integration.enabled then 'disabled'::public.sync_skip_reason
    -- The scheduler may come long after the slot and the pause that it fell into.
    when sync_scheduler.is_stopped(integration)
      or (integration.paused_at <= slot and integration.resume_at > slot) then 'paused'
    when slot < now() - integration.catchup_window then 'missed' end;
end;
$$;
