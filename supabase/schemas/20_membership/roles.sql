-- Does the caller (caller_id()) hold one of the roles in the organisation? False for an organisation that
-- does not exist. A host with its own membership replaces this function and member_org_ids.
-- Definer, because the caller may not be able to read the membership table of a host.
create or replace function sync_scheduler.has_org_role(org_id uuid, roles public.sync_member_role[])
returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  caller constant uuid := sync_scheduler.caller_id();
begin
  perform from public.organization_members m
  where m.org_id = has_org_role.org_id and m.user_id = caller and m.role = any (has_org_role.roles);
  return found;
end;
$$;

-- Organisations whose rows the caller may read; for RLS policies. A host replaces it with has_org_role.
-- Definer, because a policy on organization_members that read organization_members would recurse.
create or replace function sync_scheduler.member_org_ids() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select m.org_id from public.organization_members m where m.user_id = (select sync_scheduler.caller_id());
$$;

-- Policies allow no writes: the service role writes.
create policy "members read their organisations" on public.organizations
  for select to authenticated using (id = any (array(select sync_scheduler.member_org_ids())));
create policy "members read the members of their organisations" on public.organization_members
  for select to authenticated using (org_id = any (array(select sync_scheduler.member_org_ids())));
