-- Definer, because no client may write the machinery's tables. The first statement checks the caller.
create or replace function public.backfill_integration_sync(
  org_id uuid, integration_type text, "from" timestamptz, "to" timestamptz, reason text default null
) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
#variable_conflict use_variable
declare
  most constant integer := 1000;
  integration public.sync_integrations;
  known_since timestamptz := now() - (
    select least(s.retention_ended, s.retention_failed) from sync_scheduler.settings s);
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

  -- Every slot before next_run_at has its row, whatever the schedule was then; later ones are the tick's.
  slots := array(
    select k.scheduled_for from public.sync_run_log k
    where k.integration_id = integration.id and k.scheduled_for >= "from" and k.scheduled_for < "to"
      and k.status = 'skipped' and not exists (
        select from public.sync_run_log r
        where r.integration_id = k.integration_id and r.scheduled_for = k.scheduled_for and r.status <> 'skipped')
    order by k.scheduled_for limit most + 1);
  if cardinality(slots) > most then
    perform sync_scheduler.raise_error('invalid_period', jsonb_build_object(
      'reason', 'more than 1000 slots', 'first_slots_end_before', slots[most + 1]));
  end if;

  insert into sync_scheduler.waiting_slots (integration_id, scheduled_for, triggered_by, requested_by)
  select integration.id, slot, 'backfill', sync_scheduler.caller_id() from unnest(slots) slot
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
  'Lets the slots of a past period (from included, to not) run that were skipped, for whatever reason: one run a slot '
  '(triggered_by backfill), in order, one at a time, the first at the next tick; slots of the schedule go before. Returns how many were added; once more adds none. At most 1,000 slots, and no '
  'further back than the run log keeps. For admins of the organisation and the service role; audited with reason. '
  'Errors: PT401 not_authenticated, PT401 unsupported_identity, '
  'PT403 not_authorized, PT422 invalid_period (details: reason), PT422 '
  'unknown_integration_type, PT404 integration_not_found, PT422 reason_too_long, PT429 rate_limited.';
