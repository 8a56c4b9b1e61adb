create or replace function sync_scheduler.is_ticking() returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select coalesce(sync_scheduler.last_tick_at(), s.installed_at) > now() - s.silent_after
    from sync_scheduler.settings s);
end;
$$;
revoke all on function sync_scheduler.is_ticking() from public, anon, authenticated, service_role;
comment on function sync_scheduler.is_ticking() is
  'Has the scheduler ticked within settings.silent_after? A fresh installation has that long for its first tick.';
