create table public.sync_integrations (
  id uuid primary key default gen_random_uuid(),
  -- References the organisations of 20_membership, or whatever a host has instead.
  org_id uuid not null,
  integration_type text not null references public.sync_integration_types (code),
  enabled boolean not null default true,
  config jsonb not null default '{}' check (jsonb_typeof(config) = 'object'),
  paused_at timestamptz, paused_by uuid,
  pause_reason text check (length(pause_reason) <= 500),
  resume_at timestamptz,
  schedule text,
  time_zone text not null default 'UTC',
  next_run_at timestamptz,
  -- When the tick looks at it again: next_run_at, or later if that slot could not be started.
  next_tick_at timestamptz,
  overlap_policy public.sync_overlap_policy not null default 'skip',
  catchup_window interval not null default '12 hours'
    check (catchup_window between '5 minutes' and '30 days'),
  manual_cooldown interval not null default '5 minutes'
    check (manual_cooldown between '0 seconds' and '1 day'),
  max_attempts integer not null default 5 check (max_attempts between 1 and 100),
  retry_base interval not null default '30 seconds' check (retry_base between '0 seconds' and '1 day'),
  run_deadline interval not null default '6 hours' check (run_deadline between '1 minute' and '7 days'),
  health_check_interval interval default '15 minutes'
    check (health_check_interval between '15 minutes' and '1 day'),
  created_at timestamptz not null default now(),
  unique (org_id, integration_type),
  unique (id, org_id),
  check (paused_at is not null or (paused_by is null and pause_reason is null and resume_at is null)),
  check ((schedule is null) = (next_run_at is null) and (schedule is null) = (next_tick_at is null)),
  check (next_tick_at >= next_run_at),
  -- A claim carries it, and members read it.
  constraint sync_integrations_config_size_check check (octet_length(config::text) <= 262144),
  -- What the database itself reads of config: a rule that it cannot read would let everything pass.
  constraint sync_integrations_payloads_check
    check (coalesce(config -> 'payloads', '"vouchers"') in ('"vouchers"', '"free"')),
  constraint sync_integrations_period_rule_check
    check (coalesce(config -> 'period_rule', '"posting_date"') in ('"posting_date"', '"free"')),
  constraint sync_integrations_fiscal_year_ends_check check (
    jsonb_typeof(coalesce(config -> 'fiscal_year_ends', '12')) = 'number'
    and coalesce(config ->> 'fiscal_year_ends', '12') ~ '^([1-9]|1[0-2])$'),
  constraint sync_integrations_ignored_fields_check check (
    case when jsonb_typeof(coalesce(config -> 'ignored_fields', '{}')) = 'object' then
      coalesce(config -> 'ignored_fields', '{}') - '{voucher,line}'::text[] = '{}'
      and not jsonb_path_exists(config, 'strict $.ignored_fields.* ? (@.type() != "array")', silent => true)
      and not jsonb_path_exists(config, 'lax $.ignored_fields.*[*] ? (@.type() != "string")')
      and length(coalesce(config -> 'ignored_fields', '{}')::text) <= 25000
      -- Without these there is no voucher.
      and not coalesce(config #> '{ignored_fields,voucher}',
        '[]') ?| '{posting_date,currency,description,lines}'
      and not coalesce(config #> '{ignored_fields,line}', '[]') ?| '{account,debit,credit}'
    else false end)
)
-- The tick reads the left end of an index, where moved rows leave dead entries: docs/design/schedule.md.
with (autovacuum_vacuum_scale_factor = 0.02, vacuum_index_cleanup = on);
create index sync_integrations_integration_type_idx on public.sync_integrations (integration_type);
-- A lane for each type: the tick reads the first due rows of each, however many are due in another.
create index sync_integrations_due_idx on public.sync_integrations (integration_type, next_tick_at)
  where next_tick_at is not null;
create index sync_integrations_refused_idx on public.sync_integrations (next_tick_at)
  where next_tick_at is not null and (not enabled or paused_at is not null);
create index sync_integrations_next_run_idx on public.sync_integrations (next_run_at)
  where next_run_at is not null;
create index sync_integrations_resume_idx on public.sync_integrations (resume_at) where resume_at is not null;
alter table public.sync_integrations enable row level security;

comment on table public.sync_integrations is
  'One organisation''s connection to one integration type; nothing secret. The comment of '
  'configure_integration_sync explains its settings.';
comment on column public.sync_integrations.config is
  'Settings of the connector, validated by it. Never secrets: those are in Vault. The database reads url and '
  'api_url, the address_keys of its type, and four keys about its entries.';
comment on column public.sync_integrations.resume_at is
  'The pause ends by itself at this instant; null: when resumed.';
comment on column public.sync_integrations.next_run_at is
  'The first slot that the scheduler has not dealt with; every earlier one is a row of sync_run_log.';

-- The part of an integration's config that decides where requests go: the address_keys of its type. A key
-- that config lacks is left out: then the connector's default counts.
create or replace function sync_scheduler.address_of(integration public.sync_integrations) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce((
    select jsonb_object_agg(k.name, integration.config -> k.name)
    from public.sync_integration_types t, unnest(t.address_keys) k (name)
    where t.code = integration.integration_type and integration.config ? k.name), '{}');
end;
$$;

-- Where an integration's external system is, as host or host:port: what several organisations may share.
-- Null: no other organisation shares it, or the address is none.
create or replace function sync_scheduler.vendor_host(integration public.sync_integrations) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  address text := coalesce(integration.config ->> 'api_url', integration.config ->> 'url');
begin
  if address is null then
    return (select t.host from public.sync_integration_types t where t.code = integration.integration_type);
  end if;
  -- Only what the connectors would read as the same host (endpoint_url.ts): else a tenant's own address could
  -- pass for a vendor of others, and open or end its incidents.
  return lower(regexp_replace(
    substring(address from '(?i)^https?://([^/?#@\\[:space:]]+)(?:[/?#]|$)'), '\.?(:443)?$', ''));
end;
$$;
