-- Definer, because a policy on organization_members that read organization_members would recurse.
create or replace function sync_scheduler.member_org_ids() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select m.org_id from public.organization_members m where m.user_id = (select sync_scheduler.caller_id());
$$;
revoke all on function sync_scheduler.member_org_ids() from public, anon, authenticated, service_role;
grant execute on function sync_scheduler.member_org_ids() to authenticated;
comment on function sync_scheduler.member_org_ids() is
  'Organisations whose rows the caller may read; for RLS policies. A host with its own membership replaces '
  'this function and has_org_role.';
