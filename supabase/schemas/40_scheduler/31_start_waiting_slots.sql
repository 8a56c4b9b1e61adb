create or replace function sync_scheduler.start_waiting_slots(batch_size integer default 100) returns integer
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  next_one uuid;
  started integer := 0;
begin
  -- Before the lock, or every tick would take it.
  if not exists (select from sync_scheduler.waiting_slots) then
    return 0;
  end if;
  if not sync_scheduler.lock_starts() then
    return 0;
  end if;
  for next_one in
    -- From one integration to the next by index: a backfill of a thousand slots costs as much as one.
    with recursive waiting as (
      (select w.integration_id from sync_scheduler.waiting_slots w order by w.integration_id limit 1)
      union all
      select n.integration_id from waiting, lateral (
        select w.integration_id from sync_scheduler.waiting_slots w
        where w.integration_id > waiting.integration_id order by w.integration_id limit 1) n
    )
    select i.id from waiting join public.sync_integrations i on i.id = waiting.integration_id
    where not exists (
        select from public.sync_run_log r where r.integration_id = i.id and r.status in ('pending', 'running'))
      -- A backfill waits for the end of a pause. It must not do so in the places of others.
      and ((i.enabled and not sync_scheduler.is_paused(i)) or exists (
        select from sync_scheduler.waiting_slots w where w.integration_id = i.id and w.triggered_by = 'schedule'))
    -- In no order: what cannot be started again and again must not always come first.
    order by random() limit batch_size
  loop
    begin
      started := started + sync_scheduler.start_waiting_slot(next_one)::integer;
    exception when others then
      -- One broken integration must not stop the others; the slot waits on.
      raise warning 'sync_scheduler.start_waiting_slots: integration %: % (%)', next_one, sqlerrm, sqlstate;
    end;
    exit when sync_scheduler.is_out_of_time();
  end loop;
  return started;
end;
$$;
revoke all on function sync_scheduler.start_waiting_slots(integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.start_waiting_slots(integer) is
  'Starts waiting slots (buffered, or of a backfill) of up to batch_size (100) integrations of which no run is active, one '
  'of each. Returns how many it started.';
