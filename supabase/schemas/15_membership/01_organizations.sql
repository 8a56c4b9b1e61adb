create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null check (length(btrim(name)) between 1 and 200),
  created_at timestamptz not null default now()
);
alter table public.organizations enable row level security;
comment on table public.organizations is
  'A tenant. A host with its own organisations replaces sync_scheduler.has_org_role and member_org_ids.';
