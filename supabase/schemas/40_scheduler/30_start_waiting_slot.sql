create or replace function sync_scheduler.start_waiting_slot(integration_id uuid) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
  waiting sync_scheduler.waiting_slots;
  run public.sync_run_log;
  refusal public.sync_skip_reason;
begin
  select * into integration from public.sync_integrations i
  where i.id = start_waiting_slot.integration_id for no key update skip locked;
  select * into waiting from sync_scheduler.waiting_slots w
  where w.integration_id = integration.id
  -- A slot of the schedule before what is made up for.
  order by w.triggered_by = 'schedule' desc, w.scheduled_for limit 1;
  if waiting.integration_id is null then
    return false;
  end if;

  refusal := case
    when waiting.triggered_by = 'schedule' then sync_scheduler.why_skip(integration, waiting.scheduled_for)
    when not integration.enabled then 'disabled'
    when sync_scheduler.is_paused(integration) then 'paused' end;
  if refusal is not null and waiting.triggered_by = 'backfill' then
    -- What an admin wants made up for outlives a pause.
    return false;
  elsif refusal is null and not sync_scheduler.has_room(integration) then
    return false;
  elsif refusal is null then
    run := sync_scheduler.start_run(integration, waiting.triggered_by, waiting.requested_by,
      scheduled_for := waiting.scheduled_for);
    -- No run: another one is active, so it waits on; or the slot has run, and there is nothing to wait for.
    if run.run_id is null and not exists (
      select from public.sync_run_log r
      where r.integration_id = integration.id and r.scheduled_for = waiting.scheduled_for and r.status <> 'skipped')
    then
      return false;
    end if;
  end if;
  delete from sync_scheduler.waiting_slots w
  where w.integration_id = waiting.integration_id and w.scheduled_for = waiting.scheduled_for;
  if refusal is not null then
    perform sync_scheduler.skip_slots(integration, array[waiting.scheduled_for], refusal);
  end if;
  return run.run_id is not null;
end;
$$;
revoke all on function sync_scheduler.start_waiting_slot(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.start_waiting_slot(uuid) is
  'Starts the waiting slot of an integration whose turn it is, if nothing else of it is active and there is room. Returns whether it did. '
  'Errors: PT503 function_url_not_configured.';
