create or replace function sync_scheduler.acts_for_all() returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce(auth.jwt() ->> 'role' = 'service_role', false) or sync_scheduler.is_host();
end;
$$;
revoke all on function sync_scheduler.acts_for_all() from public, anon, authenticated, service_role;
comment on function sync_scheduler.acts_for_all() is
  'Does the caller act for every organisation: the host''s backend (a JWT with the role service_role) or the host itself '
  '(is_host)? For functions of the bundle''s owner only.';
