create or replace function sync_scheduler.check_health(batch_size integer default 500) returns integer
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  settings sync_scheduler.settings;
  due uuid[];
  chosen record;
begin
  select * into strict settings from sync_scheduler.settings;
  if settings.function_url is null then
    return 0;
  end if;

  -- The integration first, then its health. The tick waits for no lock: a check by hand, a worker that reports and another tick
  -- each bring newer news. A check that is open is not replaced, see choose_checks.
  due := array(
    select i.id from public.sync_integration_health h join public.sync_integrations i on i.id = h.integration_id
    where h.next_check_at <= now() order by h.next_check_at limit batch_size for no key update of i skip locked);
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
    perform sync_scheduler.post_probes(chosen.asked, by_tick := true);
  end if;
  return coalesce(cardinality(chosen.asked), 0);
end;
$$;
revoke all on function sync_scheduler.check_health(integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.check_health(integer) is
  'Starts the connection checks that are due, up to batch_size (500), the longest due first, and gives each its next turn; which of '
  'them have to ask, choose_checks knows. Returns how many it posted. Nothing without settings.function_url. Its cost follows what is due. Safe at any time, by anyone, at once.';
