-- Definer, because no client may write the machinery's tables. The first statement checks the caller.
create or replace function public.cancel_integration_backfill(
  org_id uuid, integration_type text, reason text default null
) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
declare
  integration public.sync_integrations;
  slots timestamptz[];
begin
  perform sync_scheduler.require_org_role(cancel_integration_backfill.org_id, '{admin}');
  perform sync_scheduler.require_text('reason', cancel_integration_backfill.reason);
  -- The tick starts a waiting slot under this lock: a slot either waits or has its run.
  integration := sync_scheduler.lock_integration(
    cancel_integration_backfill.org_id, cancel_integration_backfill.integration_type);
  with removed as (
    delete from sync_scheduler.waiting_slots w
    where w.integration_id = integration.id and w.triggered_by = 'backfill'
    returning w.scheduled_for
  )
  select coalesce(array_agg(r.scheduled_for order by r.scheduled_for), '{}') into slots from removed r;
  if cardinality(slots) > 0 then
    perform sync_scheduler.audit(integration, 'cancel_backfill', cancel_integration_backfill.reason, jsonb_build_object(
      'slots', cardinality(slots), 'first_slot', slots[1], 'last_slot', slots[cardinality(slots)]));
  end if;
  return cardinality(slots);
end;
$$;
revoke all on function public.cancel_integration_backfill(uuid, text, text)
  from public, anon, authenticated, service_role;
grant execute on function public.cancel_integration_backfill(uuid, text, text) to authenticated, service_role;
comment on function public.cancel_integration_backfill(uuid, text, text) is
  'Takes back the backfills of the organisation''s integration as far as they have not begun, and returns how many slots that '
  'were; once more returns 0. The slots stay recorded as skipped and can be backfilled later. A run that is active goes on: '
  'see cancel_integration_sync. For admins of the organisation and the service role; audited with reason (at most 500 '
  'characters). Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized, PT422 unknown_integration_type, PT404 '
  'integration_not_found, PT422 reason_too_long, PT429 rate_limited.';
