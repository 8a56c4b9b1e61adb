create or replace function sync_scheduler.require_valid_config(integration_type text, config jsonb) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  -- What the credentials of connectors are called.
  secret_names constant text[] := '{token,secret,signing_secret,client_secret,password,api_key,credentials}'::text[];
  wrong text;
begin
  if jsonb_typeof(config) is distinct from 'object' then
    perform sync_scheduler.raise_error('invalid_configuration', '{"field": "config", "reason": "must be a JSON object"}');
  end if;
  -- No error of this function quotes a value.
  wrong := (select n from unnest(secret_names) n where config ? n limit 1);
  if wrong is not null then
    perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object('field', wrong,
      'reason', 'every member reads config: store secrets with set_integration_credentials'));
  end if;
  wrong := (
    select k from public.sync_integration_types t, unnest(t.address_keys) k
    -- However URL reads it: with one slash or none, or with backslashes.
    where t.code = require_valid_config.integration_type and config ->> k ~* '^\W*https?:[/\\]*[^/\\?#]*@' limit 1);
  if wrong is not null then
    perform sync_scheduler.raise_error('invalid_configuration',
      jsonb_build_object('field', wrong, 'reason', 'without a user name'));
  end if;
  -- It is kept with each attempt, with the credentials and in the audit log.
  wrong := (
    select k from public.sync_integration_types t, unnest(t.address_keys) k
    where t.code = require_valid_config.integration_type and length(config ->> k) > 2000 limit 1);
  if wrong is not null then
    perform sync_scheduler.raise_error('invalid_configuration',
      jsonb_build_object('field', wrong, 'reason', 'at most 2000 characters'));
  end if;
end;
$$;
revoke all on function sync_scheduler.require_valid_config(text, jsonb) from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_valid_config(text, jsonb) is
  'Refuses a config that is no JSON object, that names a secret, or with a user name in an address: every member '
  'reads it. Nor is an address of more than 2,000 characters taken. What else a connector wants, the connector says; where it may send, the function decides. Errors: PT422 '
  'invalid_configuration (details: field, reason).';
