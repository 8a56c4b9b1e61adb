-- One pass of the scheduler, called by pg_cron at second :00 of every minute and every 30 s. It does its
-- steps and records itself in ticks. A tick with work is an event: connections and alerts have their steps in
-- triggers on its row. Safe at any time, by anyone, at once.
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
  looks_from timestamptz;
  hinted integer;
  errors jsonb := '{}'::jsonb;
  step text;
begin
  -- An index keeps what has moved on as long as a snapshot may see it, and each tick would read it again. So
  -- a tick begins where the last one saw nothing. This is a hint: a transaction that commits late puts rows
  -- to the left of it. After ten ticks with a hint, a tick looks from the left end.
  select t.looks_from, t.hinted + 1 into looks_from, hinted
  from sync_scheduler.ticks t order by t.tick_id desc limit 1;
  if hinted > 10 or looks_from > now() or looks_from is null then
    looks_from := '-infinity'::timestamptz;
    hinted := 0;
  end if;

  -- Each step by itself: a step that fails stops no other one. What is due comes first, because the minute
  -- counts. Warming up is last: another tick for the same slot waits for it.
  foreach step in array array['start_due_runs', 'has_work', 'recover_runs', 'start_queued_slots',
    'end_pauses', 'warm_up']
  loop
    -- If has_work fails, a lock is the likely cause. The other steps may not need it.
    exit when not busy;
    begin
      case step
      when 'start_due_runs' then
        -- Before it takes a lock. next_tick_at is never before next_run_at.
        if exists (select from public.sync_integrations i where i.next_run_at between looks_from and now())
        then
          select d.started, d.skipped into started, skipped from sync_scheduler.start_due_runs() d;
        end if;
      when 'has_work' then busy := sync_scheduler.has_work(looks_from);
      when 'recover_runs' then recovered := sync_scheduler.recover_runs();
      when 'start_queued_slots' then started := started + sync_scheduler.start_queued_slots();
      when 'end_pauses' then perform sync_scheduler.end_pauses();
      when 'warm_up' then perform sync_scheduler.warm_up();
      end case;
    exception when others then
      errors := errors || jsonb_build_object(step, sqlerrm);
    end;
  end loop;

  if started + skipped + recovered = 0 then
    -- Nothing happened that the next tick would not do again: the disk need not be waited for.
    perform set_config('synchronous_commit', 'off', true);
  end if;
  insert into sync_scheduler.ticks (duration_ms, started, skipped, recovered, busy, errors, looks_from,
    hinted)
  values (extract(epoch from clock_timestamp() - begun) * 1000, started, skipped, recovered, busy,
    nullif(errors, '{}'),
    -- A minute back, for transactions that began before this one and commit after it.
    case when busy then nullif(looks_from, '-infinity') else now() - interval '1 minute' end, hinted);
end;
$$;

-- Has this transaction taken 5 s? A tick then leaves the rest to the next one: what it has started is posted
-- only when it commits. A statement timeout would take back all of it. Shorter than the 8 s after which the
-- Data API gives up a press that waits for one of its integrations.
create or replace function sync_scheduler.is_out_of_time() returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  return clock_timestamp() > transaction_timestamp() + interval '5 seconds';
end;
$$;

-- Definer, because the scheduler's tables are private. It reveals nothing about any organisation.
create or replace function public.sync_scheduler_status()
returns table (ticking boolean, last_tick_at timestamptz, seconds_since_tick numeric, jobs_active boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
begin
  -- Anyone who is signed in. Of the others the service role and the host.
  if sync_scheduler.caller_id() is null then
    perform sync_scheduler.require_org_role(null, '{}');
  end if;
  return query select sync_scheduler.is_ticking(), last.tick_at,
    round(extract(epoch from now() - last.tick_at), 3),
    coalesce((select bool_or(j.active) from cron.job j where j.jobname = 'sync-scheduler-tick'), false)
  from (
    select (select t.ticked_at from sync_scheduler.ticks t order by t.tick_id desc limit 1) as tick_at) last;
end;
$$;
revoke all on function public.sync_scheduler_status() from public, anon, authenticated, service_role;
comment on function public.sync_scheduler_status() is
$$Is the scheduler alive? For anyone signed in, the service role and the host.

- `ticking`: it ticked within `settings.silent_after` (2 minutes).
- `last_tick_at` (null: never) and `seconds_since_tick`: when it last ticked.
- `jobs_active`: pg_cron has its job and has not paused it.

Errors: PT401 not_authenticated, PT401 unsupported_identity.$$;

-- Has the scheduler ticked within settings.silent_after? A fresh installation has as long for its first tick.
create or replace function sync_scheduler.is_ticking() returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select coalesce((select t.ticked_at from sync_scheduler.ticks t order by t.tick_id desc limit 1),
      s.installed_at) > now() - s.silent_after
    from sync_scheduler.settings s);
end;
$$;
