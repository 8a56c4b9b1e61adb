-- Definer, because a policy that read sync_integrations would see them through another policy, row by row.
create or replace function sync_scheduler.member_vendors() returns table (integration_type text, host text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select distinct i.integration_type, sync_scheduler.vendor_host(i)
  from public.sync_integrations i where i.org_id in (select sync_scheduler.member_org_ids());
$$;
revoke all on function sync_scheduler.member_vendors() from public, anon, authenticated, service_role;
grant execute on function sync_scheduler.member_vendors() to authenticated;
comment on function sync_scheduler.member_vendors() is
  'The vendors, by type and host, of the organisations whose rows the caller may read; for RLS policies.';
