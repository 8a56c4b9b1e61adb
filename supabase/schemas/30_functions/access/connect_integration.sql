-- Definer, because no client may write the integrations. The first statement checks the caller.
create or replace function public.connect_integration(
  org_id uuid, integration_type text, config jsonb, reason text default null
) returns public.sync_integrations
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  before public.sync_integrations;
  saved public.sync_integrations;
  violated text;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin}');
  perform sync_scheduler.require_text('reason', reason);
  perform sync_scheduler.require_size('config', config, 262144);
  perform sync_scheduler.find_integration(org_id, integration_type) where not exists (
    select from public.sync_integration_types t where t.code = connect_integration.integration_type);

  -- What else a connector wants, the connector says. No error quotes a value.
  if jsonb_typeof(config) is distinct from 'object' then
    perform sync_scheduler.raise_error('invalid_configuration',
      '{"field": "config", "reason": "must be a JSON object"}');
  end if;
  perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object('field', n,
    'reason', 'every member reads config: store secrets with set_integration_credentials'))
  from unnest('{token,secret,signing_secret,client_secret,password,api_key,credentials}'::text[]) n
  where connect_integration.config ? n;
  perform sync_scheduler.raise_error('invalid_configuration', jsonb_build_object('field', k, 'reason', fault))
  from public.sync_integration_types t, unnest(t.address_keys) k, lateral (select case
    -- However URL reads it: with one slash or none, or with backslashes.
    when connect_integration.config ->> k ~* '^\W*https?:[/\\]*[^/\\?#]*@' then 'without a user name'
    -- It is kept with each attempt, with the credentials and in the audit log.
    when length(connect_integration.config ->> k) > 2000 then 'at most 2000 characters' end as fault) f
  where t.code = connect_integration.integration_type and fault is not null;

  -- The audit below says it, with the reason.
  perform set_config('sync_scheduler.configures', 'on', true);
  begin
    -- Of two at once the second waits here, and changes what the first has made.
    insert into public.sync_integrations (org_id, integration_type, config)
    values (connect_integration.org_id, connect_integration.integration_type, connect_integration.config)
    on conflict on constraint sync_integrations_org_id_integration_type_key do nothing returning * into saved;
    if saved.id is null then
      before := sync_scheduler.lock_integration(org_id, integration_type);
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
  perform sync_scheduler.audit(saved, 'connect', reason, jsonb_build_object('created', before.id is null,
    'before', case when before.id is not null
      then sync_scheduler.address_of(before) || sync_scheduler.entry_rules(before.config) end,
    'after', sync_scheduler.address_of(saved) || sync_scheduler.entry_rules(saved.config),
    -- Of the rest the names: values may be long.
    'changed', array(select left(key, 100)
      from jsonb_each(coalesce(before.config, '{}')) b full join jsonb_each(saved.config) a using (key)
      where a.value is distinct from b.value order by 1 limit 10)));
  return saved;
end;
$$;
revoke all on function public.connect_integration(uuid, text, jsonb, text)
  from public, anon, authenticated, service_role;
comment on function public.connect_integration(uuid, text, jsonb, text) is
$$Connects the organisation to an external system, or changes how, and returns the integration.
`config` is the whole configuration, as the connector needs it: what it leaves out has its default. It has at
most 256 KiB, and never secrets, because every member reads it. A new integration is enabled; its other
settings are those of `configure_integration_sync`. For admins and the service role; audited with `reason`,
both addresses and the names of the keys that changed.

**Credentials belong to an address.** `address_keys` of the type names the keys of `config` that decide where
requests go. After a change of such a value the stored credentials are not used: runs and checks fail as
`credentials_needed`, health is `needs_attention`, and an alert says so at once. An admin stores them again
with `set_integration_credentials`, or takes the change back: either closes the alert. A running worker gets
no further entries: the run goes on with a new attempt and the new `config`. Other keys count from the next
attempt.

While an entry is `sending` or `unknown` another address is refused as `batch_is_open`: a repetition could be
booked at both. Wait for the run, or look the entries up and settle them with `settle_sync_entries`.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized (also for an organisation
that does not exist), PT422 unknown_integration_type, PT422 argument_too_long, PT422 invalid_configuration,
PT409 batch_is_open, PT422 reason_too_long, PT429 rate_limited.$$;

-- Trigger of sync_integrations, for each writer of config. Audits a change of what the integration demands of
-- its entries as configure. Refuses another address while an entry is sending or unknown, because its
-- repetition would be booked at the new address too. Locks the run. Errors: PT409 batch_is_open (details:
-- address_keys, entry_keys, at most 10). Definer, because who may write the integrations need not be able to
-- write runs and the audit log.
create or replace function sync_scheduler.follow_config() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  -- Of a row that is inserted, old is null: no rules.
  before constant jsonb := sync_scheduler.entry_rules(old.config);
  after constant jsonb := sync_scheduler.entry_rules(new.config);
  open_keys text[];
begin
  -- The RPCs audit by themselves, with the reason.
  if after <> before and current_setting('sync_scheduler.configures', true) is distinct from 'on' then
    perform sync_scheduler.audit(new, 'configure', null,
      jsonb_build_object('before', before, 'after', after));
  end if;
  if tg_op = 'INSERT' or sync_scheduler.address_of(new) = sync_scheduler.address_of(old) then
    return null;
  end if;
  -- Waits for a worker call that has seen the old address. After this, none reserves for it: see
  -- reserve_entries. The row is written for calls with an older snapshot, as in follow_pause.
  perform sync_scheduler.lock_active_run(new.id);
  update public.sync_run_log r set version = r.version
  where r.integration_id = new.id and r.status = 'running';
  open_keys := array(select e.entry_key from public.sync_export_entries e
    where e.integration_id between new.id and new.id and e.state in ('sending', 'unknown')
    order by e.integration_id, e.state, e.entry_id limit 10);
  if open_keys <> '{}' then
    perform sync_scheduler.raise_error('batch_is_open', jsonb_build_object('entry_keys', open_keys,
      'address_keys', (
        select t.address_keys from public.sync_integration_types t where t.code = new.integration_type)));
  end if;
  return null;
end;
$$;

-- Its name sorts before the triggers that write the integration's health: the run's lock comes first.
create trigger follow_config after insert or update of config on public.sync_integrations
  for each row execute function sync_scheduler.follow_config();

-- The part of a config that says what the integration demands of its entries.
create or replace function sync_scheduler.entry_rules(config jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce((select jsonb_object_agg(r.key, r.value) from jsonb_each(entry_rules.config) r
    where r.key in ('payloads', 'period_rule', 'fiscal_year_ends', 'ignored_fields')), '{}');
end;
$$;
