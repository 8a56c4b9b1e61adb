create table public.sync_audit_log (
  audit_id bigint generated always as identity primary key,
  -- What was done stays when the integration or the account is gone; it goes with its organisation.
  org_id uuid not null,
  integration_id uuid,
  actor_id uuid,
  action text not null,
  reason text,
  details jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create index sync_audit_log_org_idx on public.sync_audit_log (org_id, created_at desc);
-- The limits of an organisation's people read it from its newest end; a backend may write any number of rows
-- in between. Both columns in one direction: so a range of both is exact, and no other index has this order.
create index sync_audit_log_people_idx on public.sync_audit_log (org_id, created_at)
  where actor_id is not null;
create index sync_audit_log_created_idx on public.sync_audit_log (created_at);
alter table public.sync_audit_log enable row level security;
comment on table public.sync_audit_log is 'Who did what, and why.';
comment on column public.sync_audit_log.actor_id is
  'The person; null: the service role, the host, or the scheduler itself.';
