-- A host with tables of these names of its own: theirs are not ours to use.
do $$
begin
  if to_regclass('public.organizations') is not null
    or to_regclass('public.organization_members') is not null then
    raise exception 'sync-scheduler: public.organizations or public.organization_members is there already. '
      'Remove the migrations of the bundle from this one on and install it again with --without-membership.';
  end if;
end;
$$;

create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null check (length(btrim(name)) between 1 and 200),
  created_at timestamptz not null default now()
);
alter table public.organizations enable row level security;
comment on table public.organizations is
  'A tenant. A host with its own organisations replaces sync_scheduler.has_org_role and member_org_ids.';

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

-- Everything else hangs on an integration: an organisation that is deleted takes all of it along.
alter table public.sync_integrations add constraint sync_integrations_org_id_fkey
  foreign key (org_id) references public.organizations (id) on delete cascade;
alter table public.sync_alert_webhooks add constraint sync_alert_webhooks_org_id_fkey
  foreign key (org_id) references public.organizations (id) on delete cascade;
alter table public.sync_alerts add constraint sync_alerts_org_id_fkey
  foreign key (org_id) references public.organizations (id) on delete cascade;
alter table public.sync_audit_log add constraint sync_audit_log_org_id_fkey
  foreign key (org_id) references public.organizations (id) on delete cascade;

-- Stated in full, because a host may grant every new table to all roles (old projects) or to none.
revoke all on public.organizations, public.organization_members
  from public, anon, authenticated, service_role;
grant select on public.organizations, public.organization_members to authenticated, service_role;
-- Only the owner of the database deletes an organisation, and with it the record of what was exported.
grant insert, update on public.organizations to service_role;
grant insert, update, delete on public.organization_members to service_role;

-- See 40_access_rules/no_statistics.sql.
alter table public.organizations alter column id set statistics 0, alter column name set statistics 0;
alter table public.organization_members
  alter column org_id set statistics 0, alter column user_id set statistics 0;
