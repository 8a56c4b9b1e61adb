create or replace function sync_scheduler.keep_next_run_at() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform sync_scheduler.validate_time_zone(new.time_zone);
  if tg_op = 'UPDATE' then
    if (new.schedule, new.time_zone) is not distinct from (old.schedule, old.time_zone) then
      return new;
    end if;
    -- What was due under the old schedule is not forgotten.
    perform sync_scheduler.skip_slots(old, sync_scheduler.due_slots(old, 1000), 'schedule_changed');
  end if;
  new.next_run_at := sync_scheduler.next_cron_occurrence(new.schedule, new.time_zone, now());
  new.next_tick_at := new.next_run_at;
  return new;
end;
$$;
revoke all on function sync_scheduler.keep_next_run_at() from public, anon, authenticated, service_role;
comment on function sync_scheduler.keep_next_run_at() is
  'Trigger of sync_integrations, whoever writes: refuses a schedule or zone that cannot be (PT422 invalid_schedule, PT422 '
  'invalid_time_zone) and sets next_run_at when they change. Slots that the old schedule left due are recorded as '
  'skipped, at most 1,000 of them.';

create trigger keep_next_run_at before insert or update of schedule, time_zone on public.sync_integrations
  for each row execute function sync_scheduler.keep_next_run_at();
