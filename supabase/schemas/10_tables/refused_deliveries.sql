create table sync_scheduler.refused_deliveries (
  integration_id uuid primary key references public.sync_integrations (id) on delete cascade,
  -- How many entries it refused. 0: it brought some that had been refused before, and all of it was taken.
  refused bigint not null,
  delivered_at timestamptz not null default now()
);
comment on table sync_scheduler.refused_deliveries is
  'The last delivery of an integration that changed its refused_entries.';
