alter table public.sync_alert_webhooks add constraint sync_alert_webhooks_org_id_fkey
  foreign key (org_id) references public.organizations (id) on delete cascade;
