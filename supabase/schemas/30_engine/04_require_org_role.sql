create or replace function sync_scheduler.require_org_role(org_id uuid, roles public.sync_member_role[])
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  claims jsonb := auth.jwt();
begin
  -- The service role is the host's own backend: it acts for any organisation.
  if claims ->> 'role' = 'service_role' then
    return;
  end if;
  perform sync_scheduler.require_signed_in();
  if not sync_scheduler.has_org_role(require_org_role.org_id, require_org_role.roles) then
    perform sync_scheduler.raise_error('not_authorized');
  end if;
end;
$$;
revoke all on function sync_scheduler.require_org_role(uuid, public.sync_member_role[])
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_org_role(uuid, public.sync_member_role[]) is
  'Refuses a caller who is not signed in (PT401 not_authenticated) or holds none of the roles (PT403 '
  'not_authorized, also for an organisation that does not exist). Identity comes from the JWT alone.';
