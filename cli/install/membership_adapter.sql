-- Who belongs to an organisation, and as what: this file is yours. Organisations and members are your own
-- tables; the Sync Scheduler asks about them through these two functions and in no other way. As they are
-- they give no caller access. Say here, or in a later migration with `create or replace function`, where your
-- tables are; no install or upgrade touches them again. docs/own-membership.md of the bundle has a worked
-- example.

-- Security definer, because the caller may not be able to read your tables.
create or replace function sync_scheduler.member_org_ids() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  -- For example:
  --   select m.account_id from public.memberships m where m.user_id = (select sync_scheduler.caller_id())
  select null::uuid where false;
$$;
revoke all on function sync_scheduler.member_org_ids() from public, anon, authenticated, service_role;
grant execute on function sync_scheduler.member_org_ids() to authenticated;
comment on function sync_scheduler.member_org_ids() is
  'Organisations whose rows the caller may read; for RLS policies. The host''s own.';

create or replace function sync_scheduler.has_org_role(org_id uuid, roles public.sync_member_role[])
returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- admin: configures and triggers; coordinator: triggers, cancels, retries; viewer: reads. For example:
  -- return exists (
  --   select from public.memberships m
  --   where m.account_id = has_org_role.org_id
  --     and m.user_id = (select sync_scheduler.caller_id())
  --     and case m.account_role when 'owner' then 'admin' else 'viewer' end::public.sync_member_role
  --       = any (has_org_role.roles)
  -- );
  return false;
end;
$$;
revoke all on function sync_scheduler.has_org_role(uuid, public.sync_member_role[])
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.has_org_role(uuid, public.sync_member_role[]) is
  'Does the caller (caller_id()) hold one of the roles in the organisation? The host''s own.';

-- A deleted organisation takes its integrations, runs and entries with it, if you add foreign keys:
--
--     alter table public.sync_integrations add constraint sync_integrations_org_id_fkey
--       foreign key (org_id) references public.accounts (id) on delete cascade;
--
-- Add the same to sync_alert_webhooks, sync_alerts and sync_audit_log: see docs/own-membership.md.
