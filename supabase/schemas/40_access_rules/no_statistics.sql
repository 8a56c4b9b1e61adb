-- `Prefer: count=planned` of the Data API shows everyone what the planner estimates, from rows that they may
-- not read. With statistics of a text or a uuid its digits can be found one by one, by ranges. So only
-- columns of numbers, instants, yes or no, and lists of fixed words have statistics. Nothing slows down: the
-- queries of the bundle use indexes whatever the planner believes (tests/integration/plans).
alter table public.sync_integrations
  alter column id set statistics 0, alter column org_id set statistics 0,
  alter column config set statistics 0, alter column paused_by set statistics 0,
  alter column pause_reason set statistics 0, alter column schedule set statistics 0,
  alter column time_zone set statistics 0;
alter table public.sync_run_log
  alter column run_id set statistics 0, alter column org_id set statistics 0,
  alter column integration_id set statistics 0, alter column parent_run_id set statistics 0,
  alter column triggered_by_user_id set statistics 0, alter column idempotency_key set statistics 0,
  alter column cancel_requested_by set statistics 0, alter column cancel_reason set statistics 0,
  alter column error_code set statistics 0, alter column error_message set statistics 0,
  alter column notice set statistics 0;
alter table public.sync_export_entries
  alter column integration_id set statistics 0, alter column batch_id set statistics 0,
  alter column run_id set statistics 0, alter column set_aside_run_id set statistics 0,
  alter column refused_run_id set statistics 0, alter column entry_key set statistics 0,
  alter column period set statistics 0, alter column document_number set statistics 0,
  alter column payload set statistics 0, alter column payload_hash set statistics 0,
  alter column payload_bytes set statistics 0, alter column external_id set statistics 0,
  alter column error_message set statistics 0, alter column conflict_payload_hash set statistics 0,
  alter column conflict_content set statistics 0, alter column redacted_debit set statistics 0,
  alter column redacted_currency set statistics 0;
alter table public.sync_alerts
  alter column alert_id set statistics 0, alter column org_id set statistics 0,
  alter column integration_id set statistics 0, alter column run_id set statistics 0,
  alter column dedup_key set statistics 0, alter column message set statistics 0,
  alter column details set statistics 0, alter column acknowledged_by set statistics 0;
alter table public.sync_audit_log
  alter column org_id set statistics 0, alter column integration_id set statistics 0,
  alter column actor_id set statistics 0, alter column action set statistics 0,
  alter column reason set statistics 0, alter column details set statistics 0;
alter table public.sync_integration_health
  alter column integration_id set statistics 0, alter column org_id set statistics 0,
  alter column last_error_code set statistics 0, alter column last_error_message set statistics 0;
alter table public.sync_alert_webhooks
  alter column org_id set statistics 0, alter column host set statistics 0,
  alter column stop_reason set statistics 0, alter column last_error set statistics 0;
alter table public.sync_vendor_incidents
  alter column incident_id set statistics 0, alter column host set statistics 0,
  alter column message set statistics 0;
