create or replace function sync_scheduler.apply_settings(integration public.sync_integrations, changes jsonb)
returns public.sync_integrations
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  known constant text[] := '{schedule,time_zone,overlap_policy,catchup_window,manual_cooldown,max_attempts,retry_base,'
    'run_deadline,health_check_interval,enabled}';
  field text;
begin
  if jsonb_typeof(changes) is distinct from 'object' then
    perform sync_scheduler.raise_error('invalid_configuration', '{"reason": "changes must be a JSON object"}');
  end if;
  for field in select jsonb_object_keys(changes) loop
    if field <> all (known) then
      perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object(
        'field', left(field, 100), 'reason', 'unknown setting', 'known', known));
    end if;
    begin
      integration := jsonb_populate_record(integration, jsonb_build_object(field, changes -> field));
    exception when data_exception or invalid_text_representation then
      perform sync_scheduler.raise_error('invalid_configuration',
        jsonb_build_object('field', field, 'reason', left(sqlerrm, 200)));
    end;
  end loop;
  return integration;
end;
$$;
revoke all on function sync_scheduler.apply_settings(public.sync_integrations, jsonb)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.apply_settings(public.sync_integrations, jsonb) is
  'The integration with these settings instead of its own; nothing is saved. A setting that is not named stays. Intervals '
  'are Postgres or ISO 8601 text (5 minutes, PT5M). Errors: PT422 invalid_configuration, details {field, reason}.';
