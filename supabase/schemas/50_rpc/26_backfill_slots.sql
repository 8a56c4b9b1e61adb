create or replace function sync_scheduler.backfill_slots(
  org_id uuid, integration_type text, since timestamptz, until timestamptz, reason text
) returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
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
  perform sync_scheduler.require_text('reason', backfill_slots.reason);
  perform sync_scheduler.require_period(since, until);
  if until > now() then
    perform sync_scheduler.raise_error('invalid_period', '{"reason": "to is in the future"}');
  elsif since < known_since then
    perform sync_scheduler.raise_error('invalid_period', jsonb_build_object(
      'reason', 'older than what the run log keeps: nobody could tell what ran then', 'earliest', known_since));
  end if;
  integration := sync_scheduler.lock_integration(org_id, integration_type);

  -- Every slot before next_run_at has its row, whatever the schedule was then; later ones are the tick's.
  slots := array(
    select k.scheduled_for from public.sync_run_log k
    where k.integration_id = integration.id and k.scheduled_for >= since and k.scheduled_for < until
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
      jsonb_build_object('from', since, 'to', until, 'slots', added));
  end if;
  return added;
end;
$$;
revoke all on function sync_scheduler.backfill_slots(uuid, text, timestamptz, timestamptz, text)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.backfill_slots(uuid, text, timestamptz, timestamptz, text) is
  'What public.backfill_integration_sync does, with its checks, its errors and its settings of the planner. For that function only.';
