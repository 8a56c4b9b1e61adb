-- Who may call and read what: every grant but those of the membership's tables, which a host may replace.

-- A host may grant every new table to all roles (old projects) or to none: first everything is revoked.
-- Functions in public revoke under their bodies, so that no client can call them between two migrations.
revoke all on
  public.sync_integration_types, public.sync_integrations, public.sync_run_log, public.sync_export_entries,
  public.sync_alerts, public.sync_audit_log, public.sync_integration_health, public.sync_vendor_incidents,
  public.sync_alert_webhooks
from public, anon, authenticated, service_role;
revoke all on sequence public.sync_export_entries_entry_id_seq, public.sync_audit_log_audit_id_seq
from public, anon, authenticated, service_role;
revoke all on all tables in schema sync_scheduler from public, anon, authenticated, service_role;
revoke all on all functions in schema sync_scheduler from public, anon, authenticated, service_role;

-- Members read the rows of their organisations (policies.sql). The host's backend reads all rows.
grant select on
  public.sync_integration_types, public.sync_integrations, public.sync_run_log, public.sync_export_entries,
  public.sync_alerts, public.sync_audit_log, public.sync_integration_health, public.sync_vendor_incidents,
  public.sync_alert_webhooks
to authenticated, service_role;
grant select on public.sync_statistics, public.sync_drift_statistics to authenticated, service_role;
-- No role writes a table: functions do. Only the database's owner deletes an organisation or an integration,
-- and with it the record of what was exported. A backend disables an integration instead.

-- Policies ask these for the signed-in person.
grant execute on function
  sync_scheduler.caller_id(), sync_scheduler.member_org_ids(), sync_scheduler.member_vendors()
to authenticated;

-- Signed-in people and the host's backend. Each checks the caller's role in the organisation first.
grant execute on function public.acknowledge_sync_alert(uuid) to authenticated, service_role;
grant execute on function public.backfill_integration_sync(uuid, text, timestamptz, timestamptz, text)
  to authenticated, service_role;
grant execute on function public.cancel_integration_backfill(uuid, text, text) to authenticated, service_role;
grant execute on function public.cancel_integration_sync(uuid, text) to authenticated, service_role;
grant execute on function public.configure_alert_webhook(uuid, jsonb, text) to authenticated, service_role;
grant execute on function public.configure_integration_sync(uuid, text, jsonb, text)
  to authenticated, service_role;
grant execute on function public.connect_integration(uuid, text, jsonb, text) to authenticated, service_role;
grant execute on function public.explain_sync_slots(uuid, text, timestamptz, timestamptz)
  to authenticated, service_role;
grant execute on function public.pause_integration_sync(uuid, text, text, timestamptz)
  to authenticated, service_role;
grant execute on function public.preview_sync_schedule(uuid, text, integer, text, text)
  to authenticated, service_role;
grant execute on function public.resume_integration_checks(uuid, text, text) to authenticated, service_role;
grant execute on function public.resume_integration_sync(uuid, text, text, timestamptz)
  to authenticated, service_role;
grant execute on function public.retry_integration_sync(uuid, text) to authenticated, service_role;
grant execute on function public.set_integration_credentials(uuid, text, jsonb, text, jsonb)
  to authenticated, service_role;
grant execute on function public.settle_sync_entries(uuid, text, jsonb, text) to authenticated, service_role;
grant execute on function public.sync_overview(uuid) to authenticated, service_role;
grant execute on function public.sync_run_timeline(uuid) to authenticated, service_role;
grant execute on function public.sync_scheduler_status() to authenticated, service_role;
grant execute on function public.test_integration_connection(uuid, text) to authenticated, service_role;
grant execute on function public.trigger_integration_sync(uuid, text, text) to authenticated, service_role;
grant execute on function public.withdraw_sync_entries(uuid, text, text[], text)
  to authenticated, service_role;

-- The host's backend alone.
grant execute on function public.add_sync_entries(uuid, text, jsonb, boolean, boolean) to service_role;

-- The Edge Function. Each checks the token of the attempt or of the call that the database posted.
grant execute on function public.sync_worker_claim(uuid, integer, text, uuid, numeric, boolean, integer,
  jsonb) to service_role;
grant execute on function public.sync_worker_claim_alerts(jsonb) to service_role;
grant execute on function public.sync_worker_claim_probes(jsonb, integer) to service_role;
grant execute on function public.sync_worker_finish(uuid, integer, text, text, text, text, text, numeric,
  jsonb, numeric, uuid, text) to service_role;
grant execute on function public.sync_worker_finish_alerts(uuid, text, jsonb) to service_role;
grant execute on function public.sync_worker_finish_probe(uuid, text, text, text, text, text, numeric,
  boolean, text) to service_role;
grant execute on function public.sync_worker_heartbeat(uuid, integer, text, jsonb, numeric) to service_role;
grant execute on function public.sync_worker_record_results(uuid, integer, text, uuid, jsonb, boolean)
  to service_role;
grant execute on function public.sync_worker_reserve_entries(uuid, integer, text, integer, text[], integer)
  to service_role;
grant execute on function public.sync_worker_warm(timestamptz, text, uuid, numeric, boolean) to service_role;
