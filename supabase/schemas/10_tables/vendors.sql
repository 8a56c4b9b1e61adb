create table sync_scheduler.vendors (
  integration_type text not null references public.sync_integration_types (code),
  host text not null,
  answered_at timestamptz,
  failed_at timestamptz,
  primary key (integration_type, host)
);
comment on table sync_scheduler.vendors is
  'What is known of the hosts of external systems, whichever integration asked: an answer to one shows that '
  'the others would be answered, too. Within a minute or so.';
comment on column sync_scheduler.vendors.failed_at is 'When an organisation last got no answer.';
