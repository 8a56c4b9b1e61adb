-- See 20_access/07_no_statistics.sql.
alter table public.organizations
  alter column id set statistics 0,
  alter column name set statistics 0;
alter table public.organization_members
  alter column org_id set statistics 0,
  alter column user_id set statistics 0;
