create or replace function sync_scheduler.next_incident_check(checks integer) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- Below the least interval of checks, so that of the integrations of the vendor one has its turn within an interval.
  return now() + least(interval '10 minutes', interval '1 minute' * power(2, least(checks, 10)));
end;
$$;
revoke all on function sync_scheduler.next_incident_check(integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.next_incident_check(integer) is
  'When a vendor with an open incident is asked again, after so many checks: in 2 minutes, 4, 8, then every 10.';
