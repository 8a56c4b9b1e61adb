create table sync_scheduler.ticks (
  tick_id bigint generated always as identity primary key,
  ticked_at timestamptz not null default now(),
  duration_ms numeric,
  started integer not null default 0,
  skipped integer not null default 0,
  recovered integer not null default 0,
  -- Whether there was work. The steps of alerts and connections are triggers on a row that says so.
  busy boolean not null default false,
  -- Step of the tick to message, for the steps that failed; null: none.
  errors jsonb,
  -- Where the next tick begins to look in the indexes of what is due: this one saw nothing earlier.
  looks_from timestamptz,
  -- Ticks in a row that began there, not at the left end. After ten one looks at all: a row may appear there.
  hinted integer not null default 0
);
create index ticks_ticked_at_idx on sync_scheduler.ticks (ticked_at);
comment on table sync_scheduler.ticks is 'One row a tick: that the scheduler is alive, and what it did.';

-- May a step of the tick after start_due_runs have something to do? Mostly not; then the tick runs none of
-- them. Leaves out instants before `since`: see ticks.looks_from. A new step adds here what it acts upon, and
-- a case to the test schedule/has_work. Waits 100 ms for a lock at most, then it fails.
create or replace function sync_scheduler.has_work(since timestamptz default '-infinity') returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set lock_timeout = '100ms' as $$
begin
  -- In the order of the steps. Each reads one index, and most are nearly always empty. A condition that is
  -- too wide costs a tick that finds nothing to do. One that is too narrow makes the step late.
  --
  -- Statement by statement: an index scan takes some 40 kB. After a dozen at once the C library would return
  -- the memory to the system and fetch it anew at each call, which costs more than all the reads.

  -- recover_runs.
  if exists (select from sync_scheduler.run_attempts a
    where a.outcome is null and a.lease_expires_at between since and now()) then return true; end if;
  if exists (select from public.sync_run_log r
    where r.status = 'pending' and r.next_attempt_at between since and now()) then return true; end if;
  -- start_queued_slots, and watch_drift; warm_up looks for slots that no step has dealt with.
  if exists (select from sync_scheduler.queued_slots w
    where w.requested_at >= since) then return true; end if;
  if exists (select from public.sync_run_log r
    where r.status = 'pending' and r.started_at is null and r.scheduled_for between since and now()
      and r.notice is distinct from 'integration_paused') then return true; end if;
  -- end_pauses and resolve_silence.
  if exists (select from public.sync_integrations i
    where i.resume_at between since and now()) then return true; end if;
  if exists (select from public.sync_alerts a
    where a.kind in ('scheduler_dead', 'database_not_writable') and a.resolved_at is null
      and (a.kind = 'scheduler_dead' or a.last_seen_at <= now() - interval '15 minutes'))
  then return true; end if;
  -- end_unanswered_checks and run_due_checks.
  if exists (select from sync_scheduler.connection_checks c
    where c.ended_at is null and c.requested_at >= since) then return true; end if;
  if exists (select from public.sync_integration_health h
    where h.next_check_at between has_work.since and now()) then return true; end if;
  -- post_alert_messages.
  if exists (select from sync_scheduler.alert_messages m where m.is_new) then return true; end if;
  if exists (select from sync_scheduler.alert_senders s
    where s.next_attempt_at between since and now()) then return true; end if;
  -- warm_up: settings.warmup_lead is a minute at most.
  return exists (select from public.sync_integrations i
    where i.next_run_at between since and now() + interval '1 minute');
end;
$$;
