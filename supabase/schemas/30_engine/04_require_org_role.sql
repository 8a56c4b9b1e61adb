create or replace function sync_scheduler.require_org_role(org_id uuid, roles public.sync_member_role[])
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.require_plain_types();
  if sync_scheduler.acts_for_all() then
    return;
  end if;
  perform sync_scheduler.require_signed_in();
  -- A host's own function may answer null: that is no yes.
  if sync_scheduler.has_org_role(require_org_role.org_id, require_org_role.roles) is not true then
    perform sync_scheduler.raise_error('not_authorized');
  end if;
end;
$$;
revoke all on function sync_scheduler.require_org_role(uuid, public.sync_member_role[])
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_org_role(uuid, public.sync_member_role[]) is
  'Accepts the service role and the host (acts_for_all) for every organisation. Refuses everyone else who is not signed in '
  '(PT401 not_authenticated), whose JWT has a sub that is no uuid (PT401 unsupported_identity), or who holds none of the '
  'roles (PT403 not_authorized, also for an organisation that does not exist). Identity comes from the JWT alone.';
