-- With that of alert webhooks the one foreign key to an organisation: everything else hangs on its integration.
alter table public.sync_integrations add constraint sync_integrations_org_id_fkey
  foreign key (org_id) references public.organizations (id) on delete cascade;
