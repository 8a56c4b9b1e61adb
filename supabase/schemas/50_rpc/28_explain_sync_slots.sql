-- In SQL, because its parameters keep the names of 0.1.0, and plpgsql_check (supabase db lint) warns about reserved words there.
-- Definer, because the scheduler's tables are private. explain_slots checks the caller in its first statement.
create or replace function public.explain_sync_slots(
  org_id uuid, integration_type text, "from" timestamptz, "to" timestamptz
) returns table (
  scheduled_for timestamptz, state text, reason text, drift_seconds numeric, run_id uuid, retried_by_run_id uuid
)
language sql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
  select * from sync_scheduler.explain_slots(explain_sync_slots.org_id, explain_sync_slots.integration_type,
    explain_sync_slots."from", explain_sync_slots."to");
$$;
revoke all on function public.explain_sync_slots(uuid, text, timestamptz, timestamptz)
  from public, anon, authenticated, service_role;
grant execute on function public.explain_sync_slots(uuid, text, timestamptz, timestamptz) to authenticated, service_role;
comment on function public.explain_sync_slots(uuid, text, timestamptz, timestamptz) is
  'One row for each slot of a period (from included, to not; at most 366 days and 10,000 slots), in order. state: ran, late '
  '(started later than settings.drift_alert_after), skipped, failed, cancelled, running, pending; reason: why (skip_reason, cancel_reason, backfill, '
  'error_code, or for pending: not_due_yet, due, scheduler_not_ticking, waits_for_active_run, paused, disabled, dispatched, '
  'next_attempt, or what its run waits for: integration_paused, vendor_quota_exhausted, function_outdated, schema_outdated); '
  'drift_seconds: started minus scheduled. For members of the organisation and the service role. '
  'Errors: PT401 not_authenticated, PT401 unsupported_identity, '
  'PT403 not_authorized, PT422 invalid_period (details: reason), PT422 '
  'unknown_integration_type, PT404 integration_not_found.';
