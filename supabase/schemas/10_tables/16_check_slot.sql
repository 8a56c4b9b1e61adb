create or replace function sync_scheduler.check_slot(integration_id uuid, every interval, earliest timestamptz)
returns timestamptz
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
declare
  -- A hundredth longer, so that no stretch of 24 hours has more than 96 turns of 15 minutes, although the tick comes to one a
  -- little late and to the next in time.
  period numeric := extract(epoch from every) * 1.01;
  -- The same for ever: what was overdue at once, after an absence of the scheduler, comes apart again by itself.
  shift numeric := mod((hashtextextended(integration_id::text, 0) & 2147483647)::numeric, period);
begin
  return to_timestamp((ceil((extract(epoch from earliest) - shift) / period) * period + shift)::double precision);
end;
$$;
revoke all on function sync_scheduler.check_slot(uuid, interval, timestamptz) from public, anon, authenticated, service_role;
comment on function sync_scheduler.check_slot(uuid, interval, timestamptz) is
  'The first instant, not before earliest, at which it is this integration''s turn to be checked: one in each interval (and a '
  'hundredth of it), at an offset that follows from its id, so that the integrations of a vendor are spread over the interval.';
