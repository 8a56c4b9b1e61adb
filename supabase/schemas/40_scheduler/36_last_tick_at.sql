create or replace function sync_scheduler.last_tick_at() returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select t.ticked_at from sync_scheduler.ticks t order by t.tick_id desc limit 1);
end;
$$;
revoke all on function sync_scheduler.last_tick_at() from public, anon, authenticated, service_role;
comment on function sync_scheduler.last_tick_at() is 'When the scheduler last ticked; null: never.';
