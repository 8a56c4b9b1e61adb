create or replace function sync_scheduler.text_limit(argument text) returns integer
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  case text_limit.argument
    when 'integration_type' then return 40;
    when 'outcome', 'error_class', 'error_code', 'blames' then return 100;
    when 'idempotency_key', 'entry_keys', 'schedule', 'time_zone' then return 200;
    when 'token' then return 256;
    when 'reason' then return 500;
    when 'error_message' then return 2000;
  end case;
  -- Never reached: an argument that is not listed raises. The linter does not see that.
  return null;
end;
$$;
revoke all on function sync_scheduler.text_limit(text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.text_limit(text) is
  'Most characters of a text argument of the API, by its name; of a list those of each text. The one list: require_text refuses '
  'what is longer, and the checks of the columns that keep such a text have the same limit.';
