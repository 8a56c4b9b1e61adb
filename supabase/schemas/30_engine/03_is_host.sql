-- Why this is safe. Every RPC is `security definer`, so current_user is always the owner and says nothing. What the caller
-- cannot choose is session_user: it changes for superusers only. Requests of the Data API have session_user
-- `authenticator`, whatever their JWT says, and so has every trigger that runs in them. The setting `role` keeps the
-- caller's `set role` inside a definer function, and such a function cannot change it. The claims are the third condition:
-- a session that has them acts as the person whom they name.
create or replace function sync_scheduler.is_host() returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  api_roles constant text[] := '{anon,authenticated,service_role,authenticator}'::text[];
begin
  return not exists (
      -- The second to fourth are what PostgREST before version 9 sets, and what Supabase still reads.
      select from unnest('{request.jwt.claims,request.jwt.claim,request.jwt.claim.sub,request.jwt.claim.role}'::text[]) claim
      where current_setting(claim, true) <> '')
    -- 'none' without a `set role`: then the current role is session_user.
    and current_setting('role') <> all (api_roles)
    and session_user <> all (api_roles)
    and (
      pg_has_role(session_user, (select n.nspowner from pg_namespace n where n.nspname = 'sync_scheduler'), 'member')
      or exists (select from sync_scheduler.settings s where session_user = any (s.host_roles)));
end;
$$;
revoke all on function sync_scheduler.is_host() from public, anon, authenticated, service_role;
comment on function sync_scheduler.is_host() is
  'Is the caller the host itself: pg_cron, the SQL editor, a migration? True only if there are no claims, the current role '
  'is none of the API''s, and session_user is a member of the role that owns the bundle or is named in '
  'settings.host_roles. Never for authenticator. For functions of the bundle''s owner only.';
