create or replace function sync_scheduler.apply_settings(integration public.sync_integrations, changes jsonb)
returns public.sync_integrations
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  known constant text[] := '{schedule,time_zone,overlap_policy,catchup_window,manual_cooldown,max_attempts,retry_base,'
    'run_deadline,health_check_interval,enabled,payloads,period_rule,fiscal_year_ends,ignored_fields}'::text[];
  in_config constant text[] := '{payloads,period_rule,fiscal_year_ends,ignored_fields}'::text[];
  intervals constant text[] := '{catchup_window,manual_cooldown,retry_base,run_deadline,health_check_interval}'::text[];
  field text;
  value jsonb;
  period interval;
begin
  if jsonb_typeof(changes) is distinct from 'object' then
    perform sync_scheduler.raise_error('invalid_configuration', '{"reason": "changes must be a JSON object"}');
  end if;
  for field in select jsonb_object_keys(changes) loop
    if field <> all (known) then
      perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object(
        'field', left(field, 100), 'reason', 'unknown setting', 'known', known));
    end if;
    if field = any (in_config) then
      if field = 'payloads' and sync_scheduler.exported_fields() ? integration.integration_type then
        perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object(
          'field', field, 'reason', 'every payload of this integration type is a voucher'));
      end if;
      if field = 'ignored_fields' and changes -> field <> 'null'
        and not sync_scheduler.exported_fields() ? integration.integration_type
      then
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
        -- Compared, a month counts as 30 days; added to an instant, as what the calendar says: `-2 months 60 days 15 minutes` would
        -- pass for 15 minutes and lie a day back.
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
revoke all on function sync_scheduler.apply_settings(public.sync_integrations, jsonb)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.apply_settings(public.sync_integrations, jsonb) is
  'The integration with these settings instead of its own; nothing is saved. A setting that is not named stays. '
  'Rules of entries (payloads, period_rule, fiscal_year_ends, ignored_fields) are keys of config; null takes one out. Intervals '
  'are Postgres or ISO 8601 text (5 minutes, PT5M), and a month in them is 30 days. Errors: PT422 invalid_configuration, details {field, reason}.';
