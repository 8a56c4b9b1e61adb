-- The tick requests the checks that are due, and ends the unanswered ones.

-- Trigger of ticks: the steps of a tick with work that are about connection checks. Before the row is
-- written, so that it has their errors and their time.
create or replace function sync_scheduler.run_checks() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
  begun timestamptz := clock_timestamp();
  step text;
begin
  foreach step in array array['end_unanswered_checks', 'run_due_checks'] loop
    begin
      case step
      when 'end_unanswered_checks' then perform sync_scheduler.end_unanswered_checks();
      when 'run_due_checks' then perform sync_scheduler.run_due_checks();
      end case;
    exception when others then
      new.errors := coalesce(new.errors, '{}') || jsonb_build_object(step, sqlerrm);
    end;
  end loop;
  new.duration_ms := new.duration_ms + extract(epoch from clock_timestamp() - begun) * 1000;
  return new;
end;
$$;

-- The numbers in the names give the order: alerts post what these steps raise.
create trigger tick_1_checks before insert on sync_scheduler.ticks
  for each row when (new.busy) execute function sync_scheduler.run_checks();

-- Starts the connection checks that are due, up to batch_size, the longest due first, and gives each its next
-- turn. Does not ask while a run of the integration is under way or a check of it is open. Returns how many
-- it posted. Does nothing without settings.function_url. Safe at any time, also twice at once.
create or replace function sync_scheduler.run_due_checks(batch_size integer default 500) returns integer
language plpgsql set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  due uuid[];
  asked uuid[];
begin
  if (select s.function_url from sync_scheduler.settings s) is null then
    return 0;
  end if;
  -- The integration first, then its health. The tick waits for no lock: who holds one has newer news.
  due := array(select i.id from public.sync_integration_health h
    join public.sync_integrations i on i.id = h.integration_id
    where h.next_check_at <= now()
    order by h.next_check_at limit batch_size for no key update of i skip locked);
  due := array(select h.integration_id from public.sync_integration_health h
    where h.integration_id = any (due) and h.next_check_at <= now() for no key update skip locked);
  asked := array(select d.id from unnest(due) d (id)
    -- What a run that is under way meets is news enough, and the vendor is busy with it.
    where not exists (
        select from public.sync_run_log r where r.integration_id = d.id and r.status = 'running')
      -- By its key: among the open ones a plan would pass all that ended since the oldest snapshot.
      and (select c.ended_at is null from sync_scheduler.connection_checks c
        where c.integration_id = d.id) is not true);
  update public.sync_integration_health h set
    -- The passive time is over: this check finds out whether the vendor has something left for us.
    passive_since = null,
    next_check_at = sync_scheduler.plan_check(i, asked_at := now())
  from public.sync_integrations i where h.integration_id = any (due) and i.id = h.integration_id;
  if asked <> '{}' then
    perform sync_scheduler.post_checks(asked, by_tick := true);
  end if;
  return cardinality(asked);
end;
$$;

-- Ends connection checks that are older than settings.check_timeout, so that a person who waits for one
-- learns of it. Returns how many. Safe at any time, also twice at once.
create or replace function sync_scheduler.end_unanswered_checks(batch_size integer default 100)
  returns integer
language plpgsql set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  unanswered integer;
begin
  with over as (
    update sync_scheduler.connection_checks c set ended_at = clock_timestamp()
    where c.integration_id = any (array(
      select o.integration_id from sync_scheduler.connection_checks o
      join public.sync_integration_health h on h.integration_id = o.integration_id
      where o.ended_at is null and o.requested_at <= clock_timestamp() - (
        select s.check_timeout from sync_scheduler.settings s)
      -- Of both: a tick waits for no lock.
      order by o.requested_at limit batch_size for no key update of o, h skip locked))
    returning c.integration_id
  )
  -- It says nothing about the external system, so what was known of that stays.
  update public.sync_integration_health h set checked_at = clock_timestamp(), latency_ms = null,
    last_error_code = 'check_unanswered',
    last_error_message =
      'The connection check was not answered: the sync function did not report back. Try again.'
  from over where h.integration_id = over.integration_id;
  get diagnostics unanswered = row_count;
  return unanswered;
end;
$$;
