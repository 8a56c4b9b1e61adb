-- With those of alert webhooks, alerts and the audit log all foreign keys to an organisation: everything else hangs on its
-- integration. An organisation that is deleted takes all of it along.
alter table public.sync_integrations add constraint sync_integrations_org_id_fkey
  foreign key (org_id) references public.organizations (id) on delete cascade;
