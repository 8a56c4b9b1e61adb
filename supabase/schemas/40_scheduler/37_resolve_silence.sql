create or replace function sync_scheduler.resolve_silence() returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
begin
  update public.sync_alerts a set resolved_at = now() where a.alert_id = any (array(
    select o.alert_id from public.sync_alerts o where o.kind in ('scheduler_dead', 'database_not_writable') and o.resolved_at is null
      and (o.kind = 'scheduler_dead' or o.last_seen_at <= now() - interval '15 minutes')
    limit 500 for no key update skip locked));
end;
$$;
revoke all on function sync_scheduler.resolve_silence() from public, anon, authenticated, service_role;
comment on function sync_scheduler.resolve_silence() is 'Resolves the alerts scheduler_dead: the tick that calls this is alive. And database_not_writable, when no worker has '
  'reported it for a quarter of an hour: the tick has just written.';
