create or replace function sync_scheduler.caller_id() returns uuid
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return auth.uid();
-- The `sub` of a third-party sign-in need not be a uuid. Then the caller is no person that we can name. A policy must
-- show no rows then: an error would break every query of the host that joins our tables, and Realtime's subscription.
exception when invalid_text_representation then
  return null;
end;
$$;
revoke all on function sync_scheduler.caller_id() from public, anon, authenticated, service_role;
comment on function sync_scheduler.caller_id() is
  'The person who calls: auth.uid(), or null when the JWT names none or has a sub that is no uuid. Every function of this '
  'bundle, and every membership function of a host, asks this instead of auth.uid(). Raises nothing. For functions of the '
  'bundle''s owner only.';
