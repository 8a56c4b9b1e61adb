create or replace function sync_scheduler.catch_up(integration_id uuid) returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
  slots timestamptz[];
begin
  select * into strict integration from public.sync_integrations i where i.id = catch_up.integration_id;
  -- All but the last: that one stands for the others and is started, or refused, like a slot that came alone. Of a long
  -- absence each call deals with 500 slots.
  slots := sync_scheduler.due_slots(integration, 501);
  update public.sync_integrations i set
    next_run_at = slots[cardinality(slots)],
    -- One with more to catch up goes to the back: those that are on time come first.
    next_tick_at = case when cardinality(slots) = 501 then now() else slots[cardinality(slots)] end
  where i.id = integration.id;
  return sync_scheduler.skip_slots(integration, trim_array(slots, 1), 'coalesced');
end;
$$;
revoke all on function sync_scheduler.catch_up(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.catch_up(uuid) is
  'Brings an integration of which several slots are due to the last of them and records the earlier ones as skipped: '
  'coalesced, or missed beyond catchup_window. Returns how many. The caller holds its lock.';
