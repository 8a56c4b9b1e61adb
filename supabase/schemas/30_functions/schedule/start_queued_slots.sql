-- Starts queued slots (buffered, or of a backfill) of up to batch_size (100) integrations without an active
-- run, one of each. Returns how many it started.
create or replace function sync_scheduler.start_queued_slots(batch_size integer default 100) returns integer
language plpgsql set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  next_one uuid;
  started integer := 0;
begin
  -- Before the lock, or every tick would take it.
  if not exists (select from sync_scheduler.queued_slots) then
    return 0;
  elsif not sync_scheduler.lock_starts() then
    return 0;
  end if;
  for next_one in
    -- From one integration to the next by index: a backfill of a thousand slots costs as much as one.
    with recursive waiting as (
      (select w.integration_id from sync_scheduler.queued_slots w order by w.integration_id limit 1)
      union all
      select n.integration_id from waiting, lateral (
        select w.integration_id from sync_scheduler.queued_slots w
        where w.integration_id > waiting.integration_id order by w.integration_id limit 1) n)
    select i.id from waiting join public.sync_integrations i on i.id = waiting.integration_id
    where not exists (select from public.sync_run_log r
        where r.integration_id = i.id and r.status in ('pending', 'running'))
      -- A backfill waits for the end of a pause. It must not do so in the places of others.
      and (not sync_scheduler.is_stopped(i) or exists (select from sync_scheduler.queued_slots w
        where w.integration_id = i.id and w.triggered_by = 'schedule'))
    -- In no order: what cannot be started again and again must not always come first.
    order by random() limit batch_size
  loop
    begin
      started := started + sync_scheduler.start_queued_slot(next_one)::integer;
    exception when others then
      -- One broken integration must not stop the others; the slot waits on.
      raise warning 'sync_scheduler.start_queued_slots: integration %: % (%)', next_one, sqlerrm, sqlstate;
    end;
    exit when sync_scheduler.is_out_of_time();
  end loop;
  return started;
end;
$$;

-- Starts the queued slot of an integration whose turn it is, if nothing else of it is active and there is
-- room. Returns whether it did. Errors: PT503 function_url_not_configured.
create or replace function sync_scheduler.start_queued_slot(integration_id uuid) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
  waiting sync_scheduler.queued_slots;
  run public.sync_run_log;
  refusal public.sync_skip_reason;
begin
  select * into integration from public.sync_integrations i
  where i.id = start_queued_slot.integration_id for no key update skip locked;
  select * into waiting from sync_scheduler.queued_slots w where w.integration_id = integration.id
  -- A slot of the schedule before what is made up for.
  order by w.triggered_by = 'schedule' desc, w.scheduled_for limit 1;
  if waiting.integration_id is null then
    return false;
  end if;

  if waiting.triggered_by = 'schedule' then
    refusal := sync_scheduler.find_skip_reason(integration, waiting.scheduled_for);
  elsif sync_scheduler.is_stopped(integration) then
    -- What an admin wants made up for outlives a pause.
    return false;
  end if;
  if refusal is null then
    -- The cost of this follows how many runs are active.
    if not (
      select count(*) filter (where r.integration_type = integration.integration_type) < s.max_active_per_type
        and count(*) filter (where r.org_id = integration.org_id) < s.max_active_per_org
      from sync_scheduler.settings s left join public.sync_run_log r on r.status in ('pending', 'running')
        -- A run that waits for the end of a pause takes no place.
        and (r.status = 'running' or r.notice is distinct from 'integration_paused')
      group by s.max_active_per_type, s.max_active_per_org)
    then
      return false;
    end if;
    run := sync_scheduler.start_run(integration, waiting.triggered_by, waiting.requested_by,
      scheduled_for := waiting.scheduled_for);
    -- No run: another one is active, so it waits on; or the slot has run, and there is nothing to wait for.
    if run.run_id is null and not exists (
      select from public.sync_run_log r where r.integration_id = integration.id
        and r.scheduled_for = waiting.scheduled_for and r.status <> 'skipped')
    then
      return false;
    end if;
  end if;
  delete from sync_scheduler.queued_slots w
  where w.integration_id = waiting.integration_id and w.scheduled_for = waiting.scheduled_for;
  if refusal is not null then
    perform sync_scheduler.skip_slots(integration, array[waiting.scheduled_for], refusal);
  end if;
  return run.run_id is not null;
end;
$$;
