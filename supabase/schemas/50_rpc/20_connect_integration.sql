-- Definer, because no client may write the integrations. The first statement checks the caller.
create or replace function public.connect_integration(
  org_id uuid, integration_type text, config jsonb, reason text default null
) returns public.sync_integrations
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
declare
  before public.sync_integrations;
  saved public.sync_integrations;
  violated text;
begin
  perform sync_scheduler.require_org_role(connect_integration.org_id, '{admin}');
  perform sync_scheduler.require_text('reason', connect_integration.reason);
  perform sync_scheduler.require_size('config', connect_integration.config, 262144);
  if length(connect_integration.integration_type) > sync_scheduler.text_limit('integration_type')
    or not exists (select from public.sync_integration_types t where t.code = connect_integration.integration_type)
  then
    perform sync_scheduler.raise_no_integration(null);
  end if;
  perform sync_scheduler.require_valid_config(connect_integration.integration_type, connect_integration.config);
  -- The audit below says it, with the reason.
  perform set_config('sync_scheduler.configures', 'on', true);
  begin
    -- Of two at once the second waits here, and changes what the first has made.
    insert into public.sync_integrations (org_id, integration_type, config)
    values (connect_integration.org_id, connect_integration.integration_type, connect_integration.config)
    on conflict on constraint sync_integrations_org_id_integration_type_key do nothing returning * into saved;
    if saved.id is null then
      before := sync_scheduler.lock_integration(connect_integration.org_id, connect_integration.integration_type);
      update public.sync_integrations i set config = connect_integration.config
      where i.id = before.id returning * into strict saved;
    end if;
  exception
    when check_violation then
      get stacked diagnostics violated = constraint_name;
      perform sync_scheduler.raise_setting_fault(violated, sqlstate);
    when foreign_key_violation then
      perform sync_scheduler.raise_error('not_authorized');
  end;
  perform set_config('sync_scheduler.configures', '', true);
  perform sync_scheduler.audit(saved, 'connect', connect_integration.reason, jsonb_build_object(
    'created', before.id is null,
    'before', case when before.id is not null
      then sync_scheduler.address_of(before) || sync_scheduler.entry_rules(before.config) end,
    'after', sync_scheduler.address_of(saved) || sync_scheduler.entry_rules(saved.config),
    -- Of the rest the names: values may be long.
    'changed', array(
      select left(key, 100) from jsonb_each(coalesce(before.config, '{}')) b full join jsonb_each(saved.config) a using (key)
      where a.value is distinct from b.value order by 1 limit 10)));
  return saved;
end;
$$;
revoke all on function public.connect_integration(uuid, text, jsonb, text) from public, anon, authenticated, service_role;
grant execute on function public.connect_integration(uuid, text, jsonb, text) to authenticated, service_role;
comment on function public.connect_integration(uuid, text, jsonb, text) is
  'Connects the organisation to an external system, or changes how, and returns the integration. config: a JSON object of at most '
  '256 KiB with all settings of the connector, never secrets; what it leaves out has its default. A new integration is enabled. With '
  'another address (address_keys of the type) stored credentials are no longer used: an admin stores them again with '
  'set_integration_credentials. A worker that is under way gets no more entries for the old address. For admins of the organisation '
  'and the service role; audited with reason (at most 500 characters). '
  'Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized (also for an organisation that does not exist), '
  'PT422 unknown_integration_type, PT422 argument_too_long, PT422 invalid_configuration (details: field, reason), PT409 batch_is_open (another address while '
  'the outcome of an entry is not known; details: address_keys, entry_keys, at most 10), PT422 reason_too_long.';
