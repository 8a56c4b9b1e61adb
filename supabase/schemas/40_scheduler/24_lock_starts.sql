create or replace function sync_scheduler.lock_starts() returns boolean
language plpgsql set search_path = pg_catalog, pg_temp set lock_timeout = '500ms' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('sync_scheduler.start', 0));
  return true;
exception when lock_not_available then
  return false;
end;
$$;
revoke all on function sync_scheduler.lock_starts() from public, anon, authenticated, service_role;
comment on function sync_scheduler.lock_starts() is
  'Lets one transaction at a time start runs, or two would both count the same free place. Waits for half a second, since '
  'the other one is usually about to commit; false: it is busy with the very work of the caller.';
