-- `Prefer: count=planned` of the Data API tells everyone what the planner estimates, from rows that they may not read: with
-- statistics of a text, its letters can be guessed one by one. So no statistics of texts, contents and people are kept. Nothing
-- slows down: the queries of the bundle use indexes whatever the planner believes (tests/plans).
alter table public.sync_integrations
  alter column config set statistics 0,
  alter column credentials_secret_id set statistics 0,
  alter column paused_by set statistics 0,
  alter column pause_reason set statistics 0,
  alter column schedule set statistics 0,
  alter column time_zone set statistics 0;
alter table public.sync_run_log
  alter column triggered_by_user_id set statistics 0,
  alter column idempotency_key set statistics 0,
  alter column cancel_requested_by set statistics 0,
  alter column cancel_reason set statistics 0,
  alter column error_code set statistics 0,
  alter column error_message set statistics 0,
  alter column notice set statistics 0;
alter table public.sync_export_entries
  alter column entry_key set statistics 0,
  alter column period set statistics 0,
  alter column document_number set statistics 0,
  alter column payload set statistics 0,
  alter column payload_hash set statistics 0,
  alter column payload_bytes set statistics 0,
  alter column external_id set statistics 0,
  alter column error_message set statistics 0,
  alter column conflict_payload_hash set statistics 0,
  alter column conflict_content set statistics 0,
  alter column redacted_debit set statistics 0,
  alter column redacted_currency set statistics 0;
alter table public.sync_alerts
  alter column dedup_key set statistics 0,
  alter column message set statistics 0,
  alter column details set statistics 0,
  alter column acknowledged_by set statistics 0;
alter table public.sync_audit_log
  alter column actor_id set statistics 0,
  alter column action set statistics 0,
  alter column reason set statistics 0,
  alter column details set statistics 0;
alter table public.sync_integration_health
  alter column last_error_code set statistics 0,
  alter column last_error_message set statistics 0;
alter table public.sync_alert_webhooks
  alter column host set statistics 0,
  alter column stop_reason set statistics 0,
  alter column last_error set statistics 0;
alter table public.sync_vendor_incidents
  alter column host set statistics 0,
  alter column message set statistics 0;
