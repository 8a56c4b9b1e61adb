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
    begin
      due := sync_scheduler.due_slots(old, 10000);
    exception when sqlstate 'PT422' then
      -- The server no longer understands it (a zone that its time zone data has lost): it must be possible to mend that.
      due := case when old.next_run_at <= now() then array[old.next_run_at] end;
    end;
    if new.schedule is null then
      -- Nothing of the schedule is left to wait.
      delete from sync_scheduler.waiting_slots w
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
revoke all on function sync_scheduler.keep_next_run_at() from public, anon, authenticated, service_role;
comment on function sync_scheduler.keep_next_run_at() is
  'Trigger of sync_integrations, whoever writes: refuses a schedule or zone that cannot be (PT422 invalid_schedule, PT422 '
  'invalid_time_zone) and sets next_run_at when they change. Slots that the old schedule left due are recorded as '
  'skipped, at most 10,000 of them.';

create trigger keep_next_run_at before insert or update of schedule, time_zone on public.sync_integrations
  for each row execute function sync_scheduler.keep_next_run_at();
