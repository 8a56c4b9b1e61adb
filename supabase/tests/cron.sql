-- Included by the tests of next_cron_occurrence: instants as a zone's clocks show them, and what a refusal says.
create function pg_temp.next(expression text, after timestamp, time_zone text default 'UTC')
returns timestamp language sql as $$
  select sync_scheduler.next_cron_occurrence(expression, time_zone, after at time zone time_zone) at time zone time_zone
$$;

-- The next so many occurrences, in UTC.
create function pg_temp.walk(expression text, after timestamptz, time_zone text, steps integer)
returns timestamptz[] language plpgsql as $$
declare
  instants timestamptz[] := '{}';
begin
  for step in 1..steps loop
    after := sync_scheduler.next_cron_occurrence(expression, time_zone, after);
    instants := instants || after;
  end loop;
  return instants;
end
$$;

create function pg_temp.refusal(expression text) returns jsonb language plpgsql as $$
declare
  detail text;
begin
  perform sync_scheduler.next_cron_occurrence(expression, 'UTC', now());
  return '"accepted"';
exception when sqlstate 'PT422' then
  get stacked diagnostics detail = pg_exception_detail;
  return detail;
end
$$;
