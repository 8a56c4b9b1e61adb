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

-- Nobody writes a table: functions do. An integration is set up by connect_integration, entries come in by
-- add_sync_entries. Deleting an organisation or an integration takes the record of what was exported with it,
-- so that is left to the owner of the database: a backend switches an integration off.
