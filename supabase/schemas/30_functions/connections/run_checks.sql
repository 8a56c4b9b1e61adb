-- The tick requests the checks that are due, and ends the unanswered ones.

-- Starts the connection checks that are due, up to batch_size (500), the longest due first, and gives each
-- its next turn; which of them have to ask, choose_checks knows. Returns how many it posted. Nothing without
-- settings.function_url. Its cost follows what is due. Safe at any time, by anyone, at once.
create or replace function sync_scheduler.run_due_checks(batch_size integer default 500) returns integer
language plpgsql set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  settings sync_scheduler.settings;
  due uuid[];
  chosen record;
begin
  select * into strict settings from sync_scheduler.settings;
  if settings.function_url is null then
    return 0;
  end if;

  -- The integration first, then its health. The tick waits for no lock: a check by hand, a worker that
  -- reports and another tick each bring newer news. A check that is open is not replaced, see choose_checks.
  due := array(
    select i.id from public.sync_integration_health h
      join public.sync_integrations i on i.id = h.integration_id
    where h.next_check_at <= now() order by h.next_check_at
      limit batch_size for no key update of i skip locked);
  if due = '{}' then
    return 0;
  end if;
  due := array(
    select h.integration_id from public.sync_integration_health h
    where h.integration_id = any (due) and h.next_check_at <= now()
    for no key update skip locked);

  select c.asked, c.postponed into chosen from sync_scheduler.choose_checks(due) c;
  update public.sync_integration_health h set
    -- The cool-down is over: this check tells whether the vendor has something left for us.
    passive_since = null,
    next_check_at = case when h.integration_id = any (chosen.postponed) then now() + interval '1 minute'
      else sync_scheduler.plan_check(i, earliest := now() + i.health_check_interval / 2) end
  from public.sync_integrations i where h.integration_id = any (due) and i.id = h.integration_id;
  if chosen.asked is not null then
    perform sync_scheduler.post_checks(chosen.asked, by_tick := true);
  end if;
  return coalesce(cardinality(chosen.asked), 0);
end;
$$;

-- Of integrations whose turn it is to be checked: which have to ask their vendor, and which are to look again
-- soon. For the others a run is under way or a check open, or somebody else has shown that the host answers
-- while their own credentials were found good within settings.own_check_interval.
create or replace function sync_scheduler.choose_checks(
  integration_ids uuid[], out asked uuid[], out postponed uuid[]
)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  settings sync_scheduler.settings;
begin
  select * into strict settings from sync_scheduler.settings;
  with looked as materialized (
    select i.id, i.integration_type, v.host, h.next_check_at,
      -- What its own check or run showed lately is what its credentials are; that the host answers, somebody
      -- else can show.
      v.host is not null and h.status = 'healthy' and h.consecutive_failures = 0 and h.passive_since is null
        and (h.checked_at > now() - settings.own_check_interval or exists (
          select from public.sync_run_log r
          where r.integration_id = i.id and r.status = 'succeeded'
            and r.finished_at > now() - settings.own_check_interval
            and r.entries_done + r.entries_failed > 0)) as proved,
      -- A little less than the interval, or the answer to its own last check would do for the next one.
      a.answered_at > greatest(a.failed_at, now() - i.health_check_interval * 0.9) as answered
    from public.sync_integrations i
    join public.sync_integration_health h on h.integration_id = i.id
    -- The offset has it computed once a row, not wherever it is named.
    cross join lateral (select sync_scheduler.vendor_host(i) as host offset 0) v
    left join sync_scheduler.vendors a on a.integration_type = i.integration_type and a.host = v.host
    where i.id = any (integration_ids)
      -- What a run that is under way meets is news enough, and the vendor is busy with it.
      and not exists (
        select from public.sync_run_log r where r.integration_id = i.id and r.status = 'running')
      and not exists (
        select from sync_scheduler.connection_checks p where p.integration_id = i.id and p.ended_at is null)
  ), placed as (
    select l.*, row_number() over (
      partition by l.integration_type, l.host order by l.proved, l.next_check_at) as place
    from looked l
  )
  select
    array_agg(p.id) filter (where not p.proved or (p.answered is not true and p.place = 1)),
    -- Their vendor is asked just now by another one, whose answer will do.
    array_agg(p.id) filter (where p.proved and p.answered is not true and p.place > 1)
  into asked, postponed from placed p;
end;
$$;

-- Ends connection checks that are older than settings.check_timeout, so that who waits for one hears of it.
-- status stays. Returns how many. Safe at any time, by anyone, at once.
create or replace function sync_scheduler.end_unanswered_checks(batch_size integer default 100)
  returns integer
language plpgsql set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  unanswered integer;
begin
  with over as (
    update sync_scheduler.connection_checks p set ended_at = clock_timestamp()
    where p.integration_id = any (array(
      select o.integration_id
      from sync_scheduler.connection_checks o
        join public.sync_integration_health h on h.integration_id = o.integration_id
      where o.ended_at is null and o.requested_at <= clock_timestamp() - (
        select s.check_timeout from sync_scheduler.settings s)
      -- Of both: a tick waits for nobody's lock.
      order by o.requested_at limit batch_size for no key update of o, h skip locked))
    returning p.integration_id
  )
  -- It says nothing of the external system: what was known of that stays.
  update public.sync_integration_health h set
    checked_at = clock_timestamp(),
    latency_ms = null,
    last_error_code = 'check_unanswered',
    last_error_message =
      'The connection check was not answered: the sync function did not report back. Try again.'
  from over where h.integration_id = over.integration_id;
  get diagnostics unanswered = row_count;
  return unanswered;
end;
$$;
