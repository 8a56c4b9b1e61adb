-- In SQL for the names of its parameters, as explain_sync_slots.
-- Definer, because no client may write the machinery's tables. backfill_slots checks the caller in its first statement.
create or replace function public.backfill_integration_sync(
  org_id uuid, integration_type text, "from" timestamptz, "to" timestamptz, reason text default null
) returns integer
language sql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
  select sync_scheduler.backfill_slots(backfill_integration_sync.org_id, backfill_integration_sync.integration_type,
    backfill_integration_sync."from", backfill_integration_sync."to", backfill_integration_sync.reason);
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
