create table sync_scheduler.vendors (
  integration_type text not null references public.sync_integration_types (code),
  host text not null,
  answered_at timestamptz,
  failed_at timestamptz,
  primary key (integration_type, host)
);
comment on table sync_scheduler.vendors is
  'When hosts of external systems last answered, and last did not; exact to a minute.';
