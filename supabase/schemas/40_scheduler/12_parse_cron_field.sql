create or replace function sync_scheduler.parse_cron_field(
  field text, value text, lowest integer, highest integer, names text[] default null
) returns varbit
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  chosen varbit := repeat('0', highest - lowest + 1)::varbit;
  part text;
  divided text[];
  bounds text[];
  first integer;
  last integer;
  step integer;
  reason text;
begin
  if value = '*' then
    return ~chosen;
  end if;

  foreach part in array string_to_array(value, ',') loop
    divided := string_to_array(part, '/');
    if divided[1] = '*' then
      bounds := '{*}'::text[];
      first := lowest;
      last := highest;
    else
      bounds := string_to_array(divided[1], '-');
      first := sync_scheduler.parse_cron_value(bounds[1], names, lowest, lowest);
      last := first;
      if cardinality(bounds) > 1 then
        last := sync_scheduler.parse_cron_value(bounds[2], names, lowest, coalesce(first, lowest));
      end if;
    end if;
    step := 1;
    if cardinality(divided) > 1 then
      step := sync_scheduler.parse_cron_value(divided[2], null, 0, 0);
    end if;

    reason := case
      when part = '' then 'an element of the list is empty'
      when cardinality(divided) > 2 or cardinality(bounds) > 2 then 'not a value, a range or a step'
      when first is null or last is null then 'neither a number nor a known name'
      when first not between lowest and highest or last not between lowest and highest then
        format('out of range: %s to %s', lowest, highest)
      when first > last then 'the range runs backwards'
      when step is null then 'the step is not a number'
      when step = 0 then 'the step is 0'
      -- Some crons read a/n as a-highest/n, others as a alone: who writes it shall say which.
      when cardinality(divided) > 1 and first = last and cardinality(bounds) = 1 then
        format('a step needs a range: %s-%s/%s', first, highest, step)
      -- 0 and 7 are the same Sunday.
      when step > highest - lowest + (field <> 'day_of_week')::integer then 'the step is larger than the field'
    end;
    if reason is not null then
      perform sync_scheduler.raise_invalid_schedule(field, part, reason);
    end if;

    for number in first..last by step loop
      chosen := set_bit(chosen, number - lowest, 1);
    end loop;
  end loop;
  return chosen;
end;
$$;
revoke all on function sync_scheduler.parse_cron_field(text, text, integer, integer, text[])
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.parse_cron_field(text, text, integer, integer, text[]) is
  'A field of a cron expression as a bit for each value from lowest to highest: `*`, values, ranges a-b, steps `*/n` '
  'and a-b/n, and lists of these; names stand for lowest and following, in any case. Errors: PT422 invalid_schedule.';
