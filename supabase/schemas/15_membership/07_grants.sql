-- Stated in full, because a host may grant every new table to everybody (old projects) or to nobody.
revoke all on public.organizations, public.organization_members from public, anon, authenticated, service_role;
grant select on public.organizations, public.organization_members to authenticated, service_role;
-- Deleting an organisation takes the record of what was exported with it, so that is left to the owner of the database.
grant insert, update on public.organizations to service_role;
grant insert, update, delete on public.organization_members to service_role;
