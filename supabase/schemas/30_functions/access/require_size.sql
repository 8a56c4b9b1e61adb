-- Refuses a JSON argument of more than max_bytes, which are those of jsonb in memory: 1 to 5 times those of
-- its text; null passes. Refuses a number of more than 340 digits before or behind the point, unless
-- any_number: then the caller looks at each before it is written out. An RPC calls it for each of its JSON
-- arguments when it knows that the caller has the role for it, and before it reads the argument. Errors:
-- PT422 argument_too_long (details: argument, and max_bytes or max_digits).
create or replace function sync_scheduler.require_size(
  argument text, value jsonb, max_bytes integer default 65536, any_number boolean default false
) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  -- As Postgres holds it: to write it out as text may take a thousand times as much, for {"a": 0e-16383}.
  if pg_column_size(require_size.value) > require_size.max_bytes then
    perform sync_scheduler.raise_error('argument_too_long',
      jsonb_build_object('argument', require_size.argument, 'max_bytes', require_size.max_bytes));
  end if;
  -- Nor is a short number written out: 1e131071 has 131,072 digits, and 20 KB of it kept a backend busy for 5
  -- s. As one array: jsonb_path_query moves all that is left at each row, 14 s for 200,000 numbers.
  if not require_size.any_number and exists (
    select from jsonb_array_elements(
      jsonb_path_query_array(require_size.value, 'strict $.** ? (@.type() == "number")')) n
    where scale(n::numeric) > 340 or abs(n::numeric) > 1e340)
  then
    perform sync_scheduler.raise_error('argument_too_long',
      jsonb_build_object('argument', require_size.argument, 'max_digits', 340));
  end if;
end;
$$;
