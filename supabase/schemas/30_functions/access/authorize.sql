-- May this caller do this here? Then finds or locks the integration.

-- Accepts the service role and the host (acts_for_all) for every organisation. Of the others it refuses a
-- caller who is not signed in, or anonymously (PT401 not_authenticated), and a JWT whose sub is no uuid
-- (PT401 unsupported_identity). It refuses a person who has none of the roles (PT403 not_authorized, also for
-- an organisation that does not exist). Identity comes from the JWT alone. Returns caller_id(), so that a
-- press parses the JWT only once.
create or replace function sync_scheduler.require_org_role(org_id uuid, roles public.sync_member_role[])
returns uuid
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  caller_id uuid;
begin
  -- Our own functions look into pg_temp last. In Vault and pg_net a temporary type of the caller hides that
  -- of the catalogue, and its code would run with the rights of our function. No request of the Data API
  -- makes one. A session without temporary objects costs one comparison.
  if pg_my_temp_schema() <> 0 then
    if exists (select from pg_type own join pg_type builtin on builtin.typname = own.typname
      where own.typnamespace = pg_my_temp_schema() and builtin.typnamespace = 'pg_catalog'::regnamespace)
    then
      perform sync_scheduler.raise_error('not_authorized',
        '{"reason": "the session has temporary types with the names of built-in ones"}');
    end if;
  end if;
  caller_id := sync_scheduler.caller_id();
  -- People first: they press most. A host's own function may answer null: that is no yes.
  if (caller_id is not null and sync_scheduler.has_org_role(require_org_role.org_id, require_org_role.roles))
    or sync_scheduler.acts_for_all()
  then
    return caller_id;
  end if;
  perform sync_scheduler.raise_error(case
    when caller_id is not null then 'not_authorized'
    -- As in caller_id.
    when coalesce(auth.jwt() ->> 'is_anonymous', 'false') <> 'false'
      or coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''), auth.jwt() ->> 'sub') is null
      then 'not_authenticated'
    else 'unsupported_identity' end);
  return null;
end;
$$;

-- Does the caller act for every organisation: the host's backend (a JWT with the role service_role) or the
-- host itself (pg_cron, the SQL editor, a migration)? The host has no claims: a session with claims acts as
-- the person whom they name. Its current role is none of the API's. Its session_user is a member of the role
-- that owns the bundle, or in settings.host_roles. Why this is safe: only superusers change session_user.
-- Requests of the Data API, and the triggers in them, have `authenticator`. In a definer function
-- current_user is the owner and says nothing, but the setting `role` keeps the caller's `set role`, and such
-- a function cannot change it. For functions of the bundle's owner only.
create or replace function sync_scheduler.acts_for_all() returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  api_roles constant text[] := '{anon,authenticated,service_role,authenticator}'::text[];
begin
  if auth.jwt() ->> 'role' = 'service_role' then
    return true;
  end if;
  return not exists (
      -- The second to fourth are what PostgREST before version 9 sets, and what Supabase still reads.
      select from unnest(
        '{request.jwt.claims,request.jwt.claim,request.jwt.claim.sub,request.jwt.claim.role}'::text[]) claim
      where current_setting(claim, true) <> '')
    -- 'none' without a `set role`: then the current role is session_user.
    and current_setting('role') <> all (api_roles) and session_user <> all (api_roles)
    and (
      pg_has_role(session_user, (
        select n.nspowner from pg_namespace n where n.nspname = 'sync_scheduler'), 'member')
      or exists (select from sync_scheduler.settings s where session_user = any (s.host_roles)));
end;
$$;

-- The organisation's integration of that type, locked until the transaction ends: its triggers come one after
-- another, so that the cooldown holds among them. Errors: those of find_integration.
create or replace function sync_scheduler.lock_integration(org_id uuid, integration_type text)
returns public.sync_integrations
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
begin
  -- As one value: to lock it column by column costs a press 1 % more.
  integration := (select i from public.sync_integrations i
    where i.org_id = lock_integration.org_id and i.integration_type = lock_integration.integration_type
    for no key update);
  if integration.id is null then
    perform sync_scheduler.find_integration(lock_integration.org_id, lock_integration.integration_type);
    -- Another transaction has just connected it.
    perform sync_scheduler.raise_error('integration_not_found');
  end if;
  return integration;
end;
$$;

-- The organisation's integration of that type, for callers that only read. Errors: PT422
-- unknown_integration_type (details: known_types), PT404 integration_not_found.
create or replace function sync_scheduler.find_integration(org_id uuid, integration_type text)
returns public.sync_integrations
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
begin
  select * into integration from public.sync_integrations i
  where i.org_id = find_integration.org_id and i.integration_type = find_integration.integration_type;
  if found then
    return integration;
  elsif exists (select from public.sync_integration_types t where t.code = find_integration.integration_type)
  then
    perform sync_scheduler.raise_error('integration_not_found');
  end if;
  perform sync_scheduler.raise_error('unknown_integration_type', jsonb_build_object(
    'known_types', (select jsonb_agg(t.code order by t.code) from public.sync_integration_types t)));
  return null;
end;
$$;

-- Makes what people of one organisation do come one after another until their transactions end, so that its
-- limits are exact. Read what is counted in a later statement. Order of locks: the integration, this one,
-- everything else.
create or replace function sync_scheduler.lock_limits(org_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('sync_scheduler limits of ' || lock_limits.org_id, 0));
end;
$$;

-- Keeps the worker of an integration from its entries until the transaction ends. The caller holds the
-- integration's lock, so no further run begins.
create or replace function sync_scheduler.lock_active_run(integration_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform from public.sync_run_log r
  where r.integration_id = lock_active_run.integration_id and r.status in ('pending', 'running')
  for no key update;
end;
$$;

-- Is the integration disabled, or paused now? Then nothing of it is reserved or dispatched. A pause ends by
-- itself at resume_at.
create or replace function sync_scheduler.is_stopped(integration public.sync_integrations) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return not integration.enabled
    or (integration.paused_at is not null and coalesce(integration.resume_at > now(), true));
end;
$$;
