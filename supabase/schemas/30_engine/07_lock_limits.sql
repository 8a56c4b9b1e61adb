create or replace function sync_scheduler.lock_limits(org_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('sync_scheduler limits of ' || lock_limits.org_id, 0));
end;
$$;
revoke all on function sync_scheduler.lock_limits(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.lock_limits(uuid) is
  'Makes what people of one organisation do come one after another until their transactions end, so that its limits are exact. '
  'Read what is counted in a later statement. Order of locks: the integration, this one, everything else. Who holds it never '
  'waits for an integration.';
