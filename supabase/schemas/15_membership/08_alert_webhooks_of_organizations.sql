alter table public.sync_alert_webhooks add constraint sync_alert_webhooks_org_id_fkey
  foreign key (org_id) references public.organizations (id) on delete cascade;
alter table public.sync_alerts add constraint sync_alerts_org_id_fkey
  foreign key (org_id) references public.organizations (id) on delete cascade;
alter table public.sync_audit_log add constraint sync_audit_log_org_id_fkey
  foreign key (org_id) references public.organizations (id) on delete cascade;
