create or replace function sync_scheduler.check_health(batch_size integer default 500) returns integer
language plpgsql set search_path = '' set enable_seqscan = off set lock_timeout = '500ms' as $$
declare
  settings sync_scheduler.settings;
  due uuid[];
  asked uuid[];
begin
  -- Most ticks end here, with one look into one index.
  if not exists (select from public.sync_integration_health h where h.next_check_at <= now()) then
    return 0;
  end if;
  select * into strict settings from sync_scheduler.settings;
  if settings.function_url is null then
    return 0;
  end if;

  -- The integration first, as in a check by hand, which is not waited for; then the probe, which a worker that reports holds
  -- for a moment. Health comes last everywhere.
  due := array(
    select i.id from public.sync_integration_health h join public.sync_integrations i on i.id = h.integration_id
    where h.next_check_at <= now() order by h.next_check_at limit batch_size for no key update of i skip locked);
  perform from sync_scheduler.probes p where p.integration_id = any (due) order by p.integration_id for no key update;

  -- Another tick may have been here since the rows were found: only what is still due is moved, and asked.
  with moved as (
    update public.sync_integration_health h set
      -- The cool-down is over: this check tells whether the vendor has something left for us.
      passive_since = null,
      next_check_at = sync_scheduler.plan_check(i, earliest := now() + i.health_check_interval / 2)
    from public.sync_integrations i
    where h.integration_id = any (due) and i.id = h.integration_id and h.next_check_at <= now()
    returning h.integration_id
  )
  select array_agg(m.integration_id) into asked from moved m
  -- What a run that is under way meets is news enough, and the vendor is busy with it. Nor is an open check asked again.
  where not exists (
      select from public.sync_run_log r where r.integration_id = m.integration_id and r.status = 'running')
    and not exists (
      select from sync_scheduler.probes p where p.integration_id = m.integration_id and p.ended_at is null);
  if asked is not null then
    perform sync_scheduler.post_probes(asked);
  end if;
  return coalesce(cardinality(asked), 0);
end;
$$;
revoke all on function sync_scheduler.check_health(integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.check_health(integer) is
  'Starts the connection checks that are due, up to batch_size (500), the longest due first, and gives each its next turn. Returns '
  'how many it posted. Nothing without settings.function_url. Its cost follows what is due. Safe at any time, by anyone, at once.';
