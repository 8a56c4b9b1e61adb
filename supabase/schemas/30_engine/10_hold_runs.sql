create or replace function sync_scheduler.hold_runs(runs public.sync_run_log[]) returns public.sync_run_log[]
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  settings sync_scheduler.settings;
  held uuid[];
begin
  select * into strict settings from sync_scheduler.settings;
  with meeting as (
    select r.run_id, o.incident_id, o.next_check_at
    from unnest(runs) r
    join public.sync_integrations i on i.id = r.integration_id
    join public.sync_vendor_incidents o
      on o.integration_type = i.integration_type and o.host = sync_scheduler.vendor_host(i) and o.ended_at is null
    where r.triggered_at > now() - settings.longest_hold
      -- What has been posted is not called back.
      and not exists (select from sync_scheduler.run_attempts a where a.run_id = r.run_id and a.attempt = r.attempt)
  ), asked as (
    -- Where nobody is checked, a run has to find out whether the vendor is back: one, when its turn has passed.
    update public.sync_vendor_incidents o set
      checks = o.checks + 1,
      next_check_at = sync_scheduler.next_incident_check(o.checks + 1)
    from (select distinct on (m.incident_id) m.* from meeting m
      where m.next_check_at < now() - interval '5 minutes' order by m.incident_id, m.run_id) m
    where o.incident_id = m.incident_id and o.ended_at is null and o.next_check_at < now() - interval '5 minutes'
    returning m.run_id
  )
  select array_agg(m.run_id) into held from meeting m where m.run_id not in (select a.run_id from asked a);
  if held is null then
    return runs;
  end if;
  -- The time for which it waits is not counted. Not all at the same instant, should nobody release them.
  update public.sync_run_log r set
    status = 'pending',
    notice = 'held_vendor_incident',
    next_attempt_at = now() + later.wait,
    deadline_at = r.deadline_at + later.wait
  from (select h.run_id, (0.7 + 0.3 * random()) * interval '15 minutes' as wait from unnest(held) h (run_id)) later
  where r.run_id = later.run_id;
  return array(select r from unnest(runs) r where r.run_id <> all (held));
end;
$$;
revoke all on function sync_scheduler.hold_runs(public.sync_run_log[]) from public, anon, authenticated, service_role;
comment on function sync_scheduler.hold_runs(public.sync_run_log[]) is
  'Of runs whose next attempt is about to be posted, those of a vendor with an open incident wait instead: pending, with notice '
  'held_vendor_incident, until end_incident releases them or settings.longest_hold is over. No attempt is made of it and the '
  'deadline moves. Returns the others. The caller holds the runs'' row locks.';
