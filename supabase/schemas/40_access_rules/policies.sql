-- The vendors, by type and host, of the organisations whose rows the caller may read; for RLS policies.
-- Definer, because a policy that read sync_integrations would see them through another policy, row by row.
create or replace function sync_scheduler.member_vendors() returns table (integration_type text, host text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select distinct i.integration_type, sync_scheduler.vendor_host(i)
  from public.sync_integrations i where i.org_id in (select sync_scheduler.member_org_ids());
$$;

-- Members read the rows of their organisations. Policies allow no writes: functions write.
--
-- With `= any (array(...))` the organisations are looked up once and then sought in an index. With `in
-- (select ...)` a client that names no organisation would have every row of every tenant looked at.
create policy "signed-in users read the integration types" on public.sync_integration_types
  for select to authenticated using ((select sync_scheduler.caller_id()) is not null);
create policy "members read their integrations" on public.sync_integrations
  for select to authenticated using (org_id = any (array(select sync_scheduler.member_org_ids())));
create policy "members read their runs" on public.sync_run_log
  for select to authenticated using (org_id = any (array(select sync_scheduler.member_org_ids())));
create policy "members read their entries" on public.sync_export_entries
  for select to authenticated using (integration_id = any (array(
    select i.id from public.sync_integrations i
    where i.org_id = any (array(select sync_scheduler.member_org_ids())))));

-- A vendor's alert is for everybody who uses the vendor; one of the whole installation for every member.
create policy "members read their alerts" on public.sync_alerts
  for select to authenticated using (
    org_id = any (array(select sync_scheduler.member_org_ids()))
    or (org_id is null and exists (
      select from sync_scheduler.member_vendors() v
      where v.integration_type = coalesce(sync_alerts.integration_type, v.integration_type)
        -- A host of others is none of their business.
        and v.host is not distinct from coalesce(sync_alerts.details ->> 'host', v.host))));
create policy "members read their audit log" on public.sync_audit_log
  for select to authenticated using (org_id = any (array(select sync_scheduler.member_org_ids())));
create policy "members read their alert webhook" on public.sync_alert_webhooks
  for select to authenticated using (org_id = any (array(select sync_scheduler.member_org_ids())));
create policy "members read the health of their integrations" on public.sync_integration_health
  for select to authenticated using (org_id = any (array(select sync_scheduler.member_org_ids())));
create policy "members read the incidents of their vendors" on public.sync_vendor_incidents
  for select to authenticated using (
    (integration_type, host) in (select v.integration_type, v.host from sync_scheduler.member_vendors() v));
