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
      when 'sync_integrations_ignored_fields_check' then 'must be {"voucher": [names], "line": [names]}, without what every voucher needs'
      else case when raise_setting_fault.sqlstate = '23514' then 'out of range' else 'must have a value' end end));
end;
$$;
revoke all on function sync_scheduler.raise_setting_fault(text, text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.raise_setting_fault(text, text) is
  'Raises what a violated constraint of sync_integrations (or a column without a value) means: PT422 invalid_configuration, '
  'details {field, reason}. The constraint is the rule; its name says which setting it is about.';
