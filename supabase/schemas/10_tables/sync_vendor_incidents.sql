create table public.sync_vendor_incidents (
  incident_id uuid primary key default gen_random_uuid(),
  integration_type text not null references public.sync_integration_types (code),
  host text not null,
  began_at timestamptz not null, ended_at timestamptz,
  affected integer not null,
  message text not null
);
-- One at a time, however many organisations meet it.
create unique index sync_vendor_incidents_open_idx on public.sync_vendor_incidents (integration_type, host)
  where ended_at is null;
create index sync_vendor_incidents_type_idx on public.sync_vendor_incidents (integration_type);
create index sync_vendor_incidents_ended_idx on public.sync_vendor_incidents (ended_at)
  where ended_at is not null;
alter table public.sync_vendor_incidents enable row level security;

comment on table public.sync_vendor_incidents is
  'A vendor that several organisations could not reach. Syncs are not held: each is tried as usual. Those '
  'who use the vendor read it, and Realtime publishes it; nothing of a single organisation is here.';
