-- What an argument may be, and what is said when it is not.

-- Refuses a text argument that is longer than text_limit says, and returns it; null passes. A reason without
-- a visible character becomes null. An RPC calls it for each of its texts once it knows that the caller has
-- the role, and before it uses the text. Errors, which do not quote it: PT422 reason_too_long, for others
-- PT422 argument_too_long (details: argument, max_length).
create or replace function sync_scheduler.require_text(argument text, value text) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  most constant integer := sync_scheduler.text_limit(argument);
begin
  if length(value) > most then
    case argument
      when 'reason' then perform sync_scheduler.raise_error('reason_too_long',
        jsonb_build_object('max_length', most));
      else perform sync_scheduler.raise_error('argument_too_long',
        jsonb_build_object('argument', argument, 'max_length', most));
    end case;
  end if;
  return case when argument <> 'reason' or value ~ '[^[:space:]]' then value end;
end;
$$;

-- Most characters of a text argument of the API, by its name; of a list those of each text. The checks of
-- the columns that keep such a text have the same limit.
create or replace function sync_scheduler.text_limit(argument text) returns integer
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  case argument
    when 'outcome', 'error_class', 'error_code', 'blames' then return 100;
    when 'entry_keys', 'schedule', 'time_zone' then return 200;
    when 'reason' then return 500;
    when 'error_message' then return 2000;
  end case;
  -- Never reached: an argument that is not listed raises. The linter does not see that.
  return null;
end;
$$;

-- Refuses a JSON argument of more than max_bytes, which are those of jsonb in memory: 1 to 5 times those of
-- its text; null passes. Refuses a number of more than 340 digits before or behind the point, unless
-- any_number: then the caller looks at each before it is written out. Called as require_text is. Errors:
-- PT422 argument_too_long (details: argument, and max_bytes or max_digits).
create or replace function sync_scheduler.require_size(
  argument text, value jsonb, max_bytes integer default 65536, any_number boolean default false
) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  -- As Postgres holds it: to write it out as text may take a thousand times as much, for {"a": 0e-16383}.
  if pg_column_size(value) > max_bytes then
    perform sync_scheduler.raise_error('argument_too_long',
      jsonb_build_object('argument', argument, 'max_bytes', max_bytes));
  end if;
  -- Nor is a short number written out: 1e131071 has 131,072 digits, and 20 KB of it kept a backend busy for 5
  -- s. As one array: jsonb_path_query moves all that is left at each row, 14 s for 200,000 numbers.
  if not any_number and exists (
    select from jsonb_array_elements(
      jsonb_path_query_array(require_size.value, 'strict $.** ? (@.type() == "number")')) n
    where scale(n::numeric) > 340 or abs(n::numeric) > 1e340)
  then
    perform sync_scheduler.raise_error('argument_too_long',
      jsonb_build_object('argument', argument, 'max_digits', 340));
  end if;
end;
$$;

-- Refuses (PT429 rate_limited, details: retry_after_seconds, retry_at, limit) until then; null: never. limit
-- names what was used up: check, webhook, changes_per_hour or vendor.
create or replace function sync_scheduler.refuse_until(retry_at timestamptz, limited_by text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if retry_at > clock_timestamp() then
    perform sync_scheduler.raise_error('rate_limited', jsonb_build_object(
      'retry_after_seconds', ceil(extract(epoch from retry_at - clock_timestamp())),
      'retry_at', retry_at, 'limit', limited_by));
  end if;
end;
$$;

-- Raises what a violated constraint of sync_integrations, whose name has the setting, or a column without a
-- value means: PT422 invalid_configuration, details {field, reason}.
create or replace function sync_scheduler.raise_setting_fault(violated text, sqlstate text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object(
    'field', regexp_replace(violated, '^sync_integrations_(.*?)(_size)?_check$', '\1'),
    'reason', case violated
      when 'sync_integrations_config_size_check' then 'at most 256 KiB'
      when 'sync_integrations_payloads_check' then 'must be vouchers or free'
      when 'sync_integrations_period_rule_check' then 'must be posting_date or free'
      when 'sync_integrations_fiscal_year_ends_check' then 'must be a month, 1 to 12'
      when 'sync_integrations_ignored_fields_check'
        then 'must be {"voucher": [names], "line": [names]}, without what every voucher needs'
      else case sqlstate when '23514' then 'out of range' else 'must have a value' end end));
end;
$$;
