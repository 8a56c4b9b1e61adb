create table public.organization_members (
  org_id uuid not null references public.organizations (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role public.sync_member_role not null,
  created_at timestamptz not null default now(),
  primary key (org_id, user_id)
);
create index organization_members_user_id_idx on public.organization_members (user_id);
alter table public.organization_members enable row level security;
comment on table public.organization_members is 'Who belongs to an organisation, and as what.';
