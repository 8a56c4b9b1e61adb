-- Members read; nobody writes through a policy: the service role does.
create policy "members read their organisations" on public.organizations
  for select to authenticated using (id = any (array(select sync_scheduler.member_org_ids())));

create policy "members read the members of their organisations" on public.organization_members
  for select to authenticated using (org_id = any (array(select sync_scheduler.member_org_ids())));
