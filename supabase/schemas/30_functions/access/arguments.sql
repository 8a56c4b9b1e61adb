-- What an argument may be, and which settings configure_integration_sync knows (apply_settings).

-- Refuses a text argument that is longer than text_limit says; null passes. An RPC calls it for each of its
-- texts when it knows that the caller has the role for it, and before it uses the text. Errors: PT422
-- reason_too_long, PT422 invalid_idempotency_key, PT401 invalid_token, for any other argument PT422
-- argument_too_long (details: argument, max_length). None of them quotes it.
create or replace function sync_scheduler.require_text(argument text, value text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  most constant integer := sync_scheduler.text_limit(require_text.argument);
begin
  if length(require_text.value) > most then
    case require_text.argument
      when 'reason' then perform sync_scheduler.raise_error('reason_too_long',
        jsonb_build_object('max_length', most));
      when 'idempotency_key' then
        perform sync_scheduler.raise_error('invalid_idempotency_key', jsonb_build_object('max_length', most));
      when 'token' then perform sync_scheduler.raise_error('invalid_token');
      else perform sync_scheduler.raise_error('argument_too_long',
        jsonb_build_object('argument', require_text.argument, 'max_length', most));
    end case;
  end if;
end;
$$;

-- Most characters of a text argument of the API, by its name; of a list those of each text. The one list:
-- require_text refuses what is longer, and the checks of the columns that keep such a text have the same
-- limit.
create or replace function sync_scheduler.text_limit(argument text) returns integer
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  case text_limit.argument
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

-- Details of an error that names members of a list: the first ten under that name, and count if there are
-- more.
create or replace function sync_scheduler.first_ten(name text, list jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return jsonb_build_object(first_ten.name, jsonb_path_query_array(first_ten.list, '$[0 to 9]'))
    || case when jsonb_array_length(first_ten.list) > 10
      then jsonb_build_object('count', jsonb_array_length(first_ten.list)) else '{}' end;
end;
$$;

-- Refuses (PT429 rate_limited, details: retry_after_seconds, retry_at, limit) until then; null: never. limit
-- names what was used up: check, webhook, changes_per_hour or vendor.
create or replace function sync_scheduler.refuse_until(retry_at timestamptz, limited_by text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if refuse_until.retry_at > clock_timestamp() then
    perform sync_scheduler.raise_error('rate_limited', jsonb_build_object(
      'retry_after_seconds', ceil(extract(epoch from refuse_until.retry_at - clock_timestamp())),
      'retry_at', refuse_until.retry_at, 'limit', refuse_until.limited_by));
  end if;
end;
$$;

-- The integration with these settings instead of its own; nothing is saved. A setting that is not named
-- stays. Rules of entries (payloads, period_rule, fiscal_year_ends, ignored_fields) are keys of config; null
-- takes one out. Intervals are Postgres or ISO 8601 text (5 minutes, PT5M), and a month in them is 30 days.
-- Errors: PT422 invalid_configuration, details {field, reason}.
create or replace function sync_scheduler.apply_settings(integration public.sync_integrations, changes jsonb)
returns public.sync_integrations
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  known constant text[] :=
    '{schedule,time_zone,overlap_policy,catchup_window,manual_cooldown,max_attempts,retry_base,'
    'run_deadline,health_check_interval,enabled,payloads,period_rule,fiscal_year_ends,'
    'ignored_fields}'::text[];
  in_config constant text[] := '{payloads,period_rule,fiscal_year_ends,ignored_fields}'::text[];
  intervals constant text[] :=
    '{catchup_window,manual_cooldown,retry_base,run_deadline,health_check_interval}'::text[];
  field text;
  value jsonb;
  period interval;
  has_list boolean;
begin
  if jsonb_typeof(changes) is distinct from 'object' then
    perform sync_scheduler.raise_error('invalid_configuration',
      '{"reason": "changes must be a JSON object"}');
  end if;
  for field in select jsonb_object_keys(changes) loop
    if field <> all (known) then
      perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object(
        'field', left(field, 100), 'reason', 'unknown setting', 'known', known));
    end if;
    if field = any (in_config) then
      has_list := sync_scheduler.exported_fields() ? integration.integration_type;
      if field = 'payloads' and has_list then
        perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object(
          'field', field, 'reason', 'every payload of this integration type is a voucher'));
      elsif field = 'ignored_fields' and changes -> field <> 'null' and not has_list then
        -- The webhook's connector does not know the key: every run would fail.
        perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object(
          'field', field, 'reason', 'this integration type has no list of exported fields'));
      end if;
      -- Null takes the key out, so that the default holds.
      integration.config := case when changes -> field = 'null' then integration.config - field
        else integration.config || jsonb_build_object(field, changes -> field) end;
      continue;
    end if;
    value := changes -> field;
    begin
      if field = any (intervals) then
        period := changes ->> field;
        -- Compared, a month counts as 30 days; added to an instant, as what the calendar says: `-2 months 60
        -- days 15 minutes` would pass for 15 minutes and lie a day back.
        if extract(year from period) <> 0 or extract(month from period) <> 0 then
          value := to_jsonb(make_interval(secs => extract(epoch from period)::double precision));
        end if;
      end if;
      integration := jsonb_populate_record(integration, jsonb_build_object(field, value));
    exception when data_exception or invalid_text_representation then
      perform sync_scheduler.raise_error('invalid_configuration',
        jsonb_build_object('field', field, 'reason', left(sqlerrm, 100)));
    end;
  end loop;
  return integration;
end;
$$;

-- Raises what a violated constraint of sync_integrations (or a column without a value) means: PT422
-- invalid_configuration, details {field, reason}. The constraint is the rule; its name says which setting it
-- is about.
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
      else case when raise_setting_fault.sqlstate = '23514' then 'out of range'
        else 'must have a value' end end));
end;
$$;
