create table sync_scheduler.vendor_failures (
  integration_id uuid primary key references public.sync_integrations (id) on delete cascade,
  integration_type text not null,
  host text not null,
  failed_at timestamptz not null
);
create index vendor_failures_host_idx on sync_scheduler.vendor_failures (integration_type, host, failed_at);
comment on table sync_scheduler.vendor_failures is
  'The integrations whose newest news of their vendor is that it was not there. A row is an organisation.';
