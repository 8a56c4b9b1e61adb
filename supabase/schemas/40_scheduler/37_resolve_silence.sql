create or replace function sync_scheduler.resolve_silence() returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
begin
  update public.sync_alerts a set resolved_at = now() where a.alert_id = any (array(
    select o.alert_id from public.sync_alerts o where o.kind = 'scheduler_dead' and o.resolved_at is null
    limit 500 for no key update skip locked));
end;
$$;
revoke all on function sync_scheduler.resolve_silence() from public, anon, authenticated, service_role;
comment on function sync_scheduler.resolve_silence() is 'Resolves the alerts scheduler_dead: who calls this is alive.';
