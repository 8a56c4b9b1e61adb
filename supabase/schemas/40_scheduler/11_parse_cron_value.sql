create or replace function sync_scheduler.parse_cron_value(written text, names text[], lowest integer, since integer)
returns integer
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if written ~ '^[0-9]+$' then
    -- Four digits are out of every range, and forty would be out of integer's.
    return left('0' || ltrim(written, '0'), 5)::integer;
  end if;
  return coalesce(array_position(names, lower(written), since - lowest + 1), array_position(names, lower(written)))
    - 1 + lowest;
end;
$$;
revoke all on function sync_scheduler.parse_cron_value(text, text[], integer, integer)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.parse_cron_value(text, text[], integer, integer) is
  'A number, or the value of a name (names[1] is lowest); null for anything else. Of a name that stands twice, the '
  'first at or after since counts: the Sunday of FRI-SUN is 7.';
