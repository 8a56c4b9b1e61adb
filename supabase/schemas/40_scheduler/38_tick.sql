create or replace function sync_scheduler.tick() returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off
-- Planning each statement anew for its parameters would cost more than all of an idle tick.
set plan_cache_mode = force_generic_plan as $$
declare
  begun timestamptz := clock_timestamp();
  started integer := 0;
  skipped integer := 0;
  recovered integer := 0;
  busy boolean := true;
  errors jsonb := '{}'::jsonb;
begin
  -- Each step by itself: one that fails stops no other. What is due comes first, for the minute counts.
  begin
    select d.started, d.skipped into started, skipped from sync_scheduler.start_due_runs() d;
  exception when others then
    errors := errors || jsonb_build_object('start_due_runs', sqlerrm);
  end;
  begin
    busy := sync_scheduler.has_work();
  exception when others then
    -- A lock, perhaps, of which the step that needs the table will tell, and which the others do not meet.
    errors := errors || jsonb_build_object('has_work', sqlerrm);
  end;
  if busy then
    begin
      recovered := sync_scheduler.recover_runs();
    exception when others then
      errors := errors || jsonb_build_object('recover_runs', sqlerrm);
    end;
    begin
      started := started + sync_scheduler.start_waiting_slots();
    exception when others then
      errors := errors || jsonb_build_object('start_waiting_slots', sqlerrm);
    end;
    begin
      perform sync_scheduler.watch_drift();
    exception when others then
      errors := errors || jsonb_build_object('watch_drift', sqlerrm);
    end;
    begin
      perform sync_scheduler.end_pauses();
      perform sync_scheduler.resolve_silence();
    exception when others then
      errors := errors || jsonb_build_object('end_pauses', sqlerrm);
    end;
    begin
      perform sync_scheduler.end_unanswered_probes();
    exception when others then
      errors := errors || jsonb_build_object('end_unanswered_probes', sqlerrm);
    end;
    begin
      perform sync_scheduler.check_health();
    exception when others then
      errors := errors || jsonb_build_object('check_health', sqlerrm);
    end;
    begin
      -- After all that raises alerts.
      perform sync_scheduler.post_alerts();
    exception when others then
      errors := errors || jsonb_build_object('post_alerts', sqlerrm);
    end;
    begin
      -- Last: a tick that wants to warm the same slot waits for this one's end.
      perform sync_scheduler.prewarm();
    exception when others then
      errors := errors || jsonb_build_object('prewarm', sqlerrm);
    end;
  end if;

  if started + skipped + recovered = 0 then
    -- Nothing happened that the next tick would not do again: the disk need not be waited for.
    perform set_config('synchronous_commit', 'off', true);
  end if;
  insert into sync_scheduler.ticks (duration_ms, started, skipped, recovered, errors)
  values (extract(epoch from clock_timestamp() - begun) * 1000, started, skipped, recovered, nullif(errors, '{}'));
end;
$$;
revoke all on function sync_scheduler.tick() from public, anon, authenticated, service_role;
comment on function sync_scheduler.tick() is
  'One pass of the scheduler, called by pg_cron at second :00 of every minute and every 30 s: starts due slots, recovers runs that stand '
  'still, starts waiting slots, raises drift alerts, ends pauses and unanswered connection checks, starts the checks that are due, posts alerts, warms the function up for the next slot, and records itself in ticks. Safe at any time, by '
  'anyone, at once.';
