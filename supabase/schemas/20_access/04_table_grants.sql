-- Stated in full, because a host may grant every new table to everybody (old projects) or to nobody.
revoke all on
  public.sync_integration_types,
  public.sync_integrations, public.sync_run_log, public.sync_export_entries,
  public.sync_alerts, public.sync_audit_log, public.sync_integration_health, public.sync_vendor_incidents,
  public.sync_alert_webhooks
from public, anon, authenticated, service_role;
revoke all on all tables in schema sync_scheduler from public, anon, authenticated, service_role;
revoke all on sequence public.sync_export_entries_entry_id_seq, public.sync_audit_log_audit_id_seq
from public, anon, authenticated, service_role;

grant select on
  public.sync_integration_types,
  public.sync_integrations, public.sync_run_log, public.sync_export_entries,
  public.sync_alerts, public.sync_audit_log, public.sync_integration_health, public.sync_vendor_incidents,
  public.sync_alert_webhooks
to authenticated, service_role;

-- What a host's backend sets up. The run log and the outbox are written by functions alone: add_sync_entries is the one
-- door for entries. Deleting an organisation or an integration takes the record of what was exported with it, so that
-- is left to the owner of the database: a backend switches an integration off.
grant insert on public.sync_integrations to service_role;
grant update (enabled, config, credentials_secret_id, paused_at, paused_by, pause_reason, resume_at,
  schedule, time_zone, overlap_policy, catchup_window, manual_cooldown, max_attempts, retry_base, run_deadline, health_check_interval) on public.sync_integrations to service_role;
