create or replace function sync_scheduler.latest_clock_change(time_zone text, until timestamptz)
returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  since timestamptz := date_trunc('second', until) - interval '26 hours';
  wall timestamp := since at time zone time_zone;
  low integer := 0;
  high integer := 93600;
  middle integer;
begin
  if (since + interval '26 hours') at time zone time_zone = wall + interval '26 hours' then
    return null;
  end if;
  while high - low > 1 loop
    middle := (low + high) / 2;
    if (since + middle * interval '1 second') at time zone time_zone = wall + middle * interval '1 second' then
      low := middle;
    else
      high := middle;
    end if;
  end loop;
  return since + high * interval '1 second';
end;
$$;
revoke all on function sync_scheduler.latest_clock_change(text, timestamptz)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.latest_clock_change(text, timestamptz) is
  'The instant of the last 26 hours, until included, at which the zone''s offset changed; null if it did not. 26 hours, '
  'because a change moves clocks by at most a day. No zone has changed twice within them since 1970 (a test looks).';
