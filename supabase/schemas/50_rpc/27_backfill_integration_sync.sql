-- Definer, because no client may write the machinery's tables. The first statement checks the caller.
create or replace function public.backfill_integration_sync(
  org_id uuid, integration_type text, "from" timestamptz, "to" timestamptz, reason text default null
) returns integer
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
#variable_conflict use_variable
declare
  most constant integer := 1000;
  integration public.sync_integrations;
  known_since timestamptz := now() - (select s.retention_ended from sync_scheduler.settings s);
  slots timestamptz[];
  added integer;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin}');
  perform sync_scheduler.require_period("from", "to");
  if "to" > now() then
    perform sync_scheduler.raise_error('invalid_period', '{"reason": "to is in the future"}');
  elsif "from" < known_since then
    perform sync_scheduler.raise_error('invalid_period', jsonb_build_object(
      'reason', 'older than what the run log keeps: nobody could tell what ran then', 'earliest', known_since));
  end if;
  integration := sync_scheduler.lock_integration(org_id, integration_type);

  -- Those recorded as skipped, under whatever schedule, and those of this schedule without a record. From next_run_at on they
  -- are the tick's.
  slots := array(
    select slot from (
      select r.scheduled_for from public.sync_run_log r
      where r.integration_id = integration.id and r.scheduled_for >= "from" and r.scheduled_for < "to"
        and r.status = 'skipped'
      union
      select s from sync_scheduler.slots_between(integration.schedule, integration.time_zone, "from",
        least("to", integration.next_run_at), most + 1) s
    ) candidate (slot)
    where not exists (
      select from public.sync_run_log r
      where r.integration_id = integration.id and r.scheduled_for = slot and r.status <> 'skipped')
    order by slot limit most + 1);
  if cardinality(slots) > most then
    perform sync_scheduler.raise_error('invalid_period', jsonb_build_object(
      'reason', 'more than 1000 slots', 'first_slots_end_before', slots[most + 1]));
  end if;

  insert into sync_scheduler.waiting_slots (integration_id, scheduled_for, triggered_by, requested_by)
  select integration.id, slot, 'backfill', auth.uid() from unnest(slots) slot
  on conflict do nothing;
  get diagnostics added = row_count;
  if added > 0 then
    perform sync_scheduler.audit(integration, 'backfill', reason,
      jsonb_build_object('from', "from", 'to', "to", 'slots', added));
  end if;
  return added;
end;
$$;
revoke all on function public.backfill_integration_sync(uuid, text, timestamptz, timestamptz, text)
  from public, anon, authenticated, service_role;
grant execute on function public.backfill_integration_sync(uuid, text, timestamptz, timestamptz, text)
  to authenticated, service_role;
comment on function public.backfill_integration_sync(uuid, text, timestamptz, timestamptz, text) is
  'Lets the slots of a past period (from included, to not) run that never ran: one run a slot (triggered_by backfill), in order, one '
  'at a time, the first at the next tick. Returns how many were added; once more adds none. At most 1,000 slots, and no '
  'further back than the run log keeps. For admins of the organisation and the service role; audited with reason. '
  'Errors: PT401 not_authenticated, PT403 not_authorized, PT422 invalid_period (details: reason), PT422 '
  'unknown_integration_type, PT404 integration_not_found, PT422 reason_too_long.';
