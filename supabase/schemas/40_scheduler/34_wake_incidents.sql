create or replace function sync_scheduler.wake_incidents() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Whom nobody has asked for a day, nobody uses any more.
  perform sync_scheduler.end_incident(o.integration_type, o.host, 'infinity')
  from public.sync_vendor_incidents o where o.ended_at is null and o.next_check_at < now() - interval '1 day';
  -- Among many integrations somebody's turn has come before this; of a few it might not be anybody's for most of an interval.
  update public.sync_integration_health h set next_check_at = now()
  where h.next_check_at > now() and h.integration_id in (
    select chosen.integration_id
    from public.sync_vendor_incidents o cross join lateral (
      select l.integration_id
      from sync_scheduler.vendor_failures f
      join public.sync_integration_health l on l.integration_id = f.integration_id
      where f.integration_type = o.integration_type and f.host = o.host
        and l.next_check_at is not null and l.passive_since is null and l.status <> 'needs_attention'
        -- Out of turn, but not more often than in turn.
        and coalesce(l.check_requested_at < now() - interval '14 minutes', true)
      order by l.check_requested_at nulls first limit 1 for no key update of l skip locked) chosen
    where o.ended_at is null and o.next_check_at < now() - interval '1 minute');
end;
$$;
revoke all on function sync_scheduler.wake_incidents() from public, anon, authenticated, service_role;
comment on function sync_scheduler.wake_incidents() is
  'For each incident of a vendor whose check is overdue it makes that of an integration that has met it due now: the one that was '
  'asked least lately. So the vendor''s return is seen within an interval, however few integrations it has. One that nobody has been able to ask '
  'for a day is over. For check_health.';
