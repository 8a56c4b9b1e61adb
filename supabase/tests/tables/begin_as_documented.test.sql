-- What a row has that says no more than it must. Nulls are left out; an instant of now is "now", a new id is "id".
begin;
\ir ../fixtures.psql
select plan(27);

create function pg_temp.begins(new_row anyelement) returns jsonb language sql as $$
  select jsonb_object_agg(key, case
    when value #>> '{}' ~ '^[0-9a-f]{8}-' then '"id"'
    when value #>> '{}' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T' then case
      when (value #>> '{}')::timestamptz between now() and clock_timestamp() then '"now"'
      -- Given below, and later than any default.
      when value = to_jsonb(now() + interval '1 day') then '"given"'
      else value end
    else value end)
  from jsonb_each(jsonb_strip_nulls(to_jsonb(new_row)))
$$;

delete from sync_scheduler.settings;
insert into sync_scheduler.settings default values;
select is(pg_temp.begins(s), '{
  "only_row": true, "dispatch_timeout": "00:00:05", "claim_timeout": "00:00:30", "max_dispatches": 6, "lease_duration": "00:01:00",
  "heartbeat_interval": "00:00:15", "slice_duration": "00:01:00", "retry_cap": "00:15:00", "longest_wait": "24:00:00",
  "max_active_per_type": 500, "max_active_per_org": 10, "drift_alert_after": "00:05:00", "silent_after": "00:02:00",
  "warmup_lead": "00:00:45", "check_timeout": "00:00:30", "check_cooldown": "00:00:10", "least_cooldown": "00:01:00",
  "presses_per_hour": 60, "changes_per_hour": 600, "incident_organisations": 3,
  "incident_window": "00:30:00", "passive_cooldown": "1 day", "retention_ended": "90 days", "retention_failed": "365 days",
  "retention_ticks": "7 days", "max_payload": 1048576, "max_batch_bytes": 4194304, "host_roles": [], "installed_at": "now"}',
  'settings') from sync_scheduler.settings s;
delete from sync_scheduler.redaction;
insert into sync_scheduler.redaction default values;
select is(pg_temp.begins(r), '{"only_row": true, "reached": 0, "began_at": "now"}', 'redaction') from sync_scheduler.redaction r;

with made as (insert into public.organizations (name) values ('New') returning *)
select is(pg_temp.begins(m), '{"id": "id", "name": "New", "created_at": "now"}', 'an organisation') from made m;
with made as (insert into public.organization_members (org_id, user_id, role) values (sync_test.id('org b'), sync_test.id('viewer'), 'viewer') returning *)
select is(pg_temp.begins(m), '{"org_id": "id", "user_id": "id", "role": "viewer", "created_at": "now"}', 'a member') from made m;
with made as (insert into public.sync_integrations (org_id, integration_type) values (sync_test.id('org a'), 'xledger') returning *)
select is(pg_temp.begins(m), '{"id": "id", "org_id": "id", "integration_type": "xledger", "enabled": true, "config": {}, "time_zone": "UTC",
  "overlap_policy": "skip", "catchup_window": "12:00:00", "manual_cooldown": "00:05:00", "max_attempts": 5, "retry_base": "00:00:30",
  "run_deadline": "06:00:00", "health_check_interval": "00:15:00", "created_at": "now"}', 'an integration') from made m;
select is(pg_temp.begins(h) - 'next_check_at', '{"integration_id": "id", "org_id": "id", "status": "unknown", "since": "now", "consecutive_failures": 0,
  "configured_at": "now"}', 'its health')
from public.sync_integration_health h where integration_id = (select id from public.sync_integrations where integration_type = 'xledger');

create temporary table run as
with made as (
  insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, deadline_at)
  values (sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'api', now() + interval '1 day') returning *)
select * from made;
select is(pg_temp.begins(r), '{"run_id": "id", "org_id": "id", "integration_id": "id", "integration_type": "webhook", "status": "pending",
  "triggered_by": "api", "triggered_at": "now", "attempt": 1, "deadline_at": "given", "entries_total": 0, "entries_done": 0,
  "entries_failed": 0, "version": 1}', 'a run') from run r;
with made as (insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at) select run_id, 1, 'x', now() + interval '1 day' from run returning *)
select is(pg_temp.begins(m), '{"run_id": "id", "attempt": 1, "token_hash": "\\x78", "dispatched_at": "now", "dispatch_count": 1, "lease_expires_at": "given",
  "over_quota": false, "retried_at_once": false}',
  'an attempt') from made m;
with made as (insert into sync_scheduler.paused_runs (run_id) select run_id from run returning *)
select is(pg_temp.begins(m), '{"run_id": "id", "paused_at": "now"}', 'a run that is paused') from made m;
with made as (insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
  values (sync_test.id('integration a'), now() + interval '1 day', 'backfill') returning *)
select is(pg_temp.begins(m), '{"integration_id": "id", "scheduled_for": "given", "triggered_by": "backfill", "requested_at": "now"}',
  'a slot that waits') from made m;

with made as (insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
  values (sync_test.id('integration a'), 'k', '2026-10', '1', '{"a": "b"}') returning *)
select is(pg_temp.begins(m) - '{entry_id,payload_hash}'::text[], '{"integration_id": "id", "entry_key": "k", "period": "2026-10", "document_number": "1",
  "payload": {"a": "b"}, "payload_bytes": 10, "state": "pending", "created_at": "now", "not_sent": false, "refused_at_first_send": false,
  "nothing_left": false, "undecided": false}', 'an entry') from made m;
alter table public.sync_export_entries disable trigger guard_entry_content;
with made as (insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
  values (sync_test.id('integration a'), 'l', '2026-10', '1', '{}') returning *)
select is(jsonb_build_array(m.payload_hash, m.payload_bytes), '["\\x", 0]', 'an entry that comes without its trigger: no hash, no bytes') from made m;
alter table public.sync_export_entries enable trigger guard_entry_content;

with made as (insert into public.sync_alerts (kind, severity, dedup_key, message) values ('drift', 'info', 'k', 'x') returning *)
select is(pg_temp.begins(m), '{"alert_id": "id", "kind": "drift", "severity": "info", "dedup_key": "k", "message": "x", "details": {}, "count": 1,
  "first_seen_at": "now", "last_seen_at": "now", "news_at": "now"}', 'an alert') from made m;
with made as (insert into public.sync_audit_log (org_id, action) values (sync_test.id('org a'), 'x') returning *)
select is(pg_temp.begins(m) - 'audit_id', '{"org_id": "id", "action": "x", "details": {}, "created_at": "now"}', 'what is audited') from made m;
with made as (insert into sync_scheduler.ticks default values returning *)
select is(pg_temp.begins(m) - 'tick_id', '{"ticked_at": "now", "started": 0, "skipped": 0, "recovered": 0, "busy": false, "hinted": 0}', 'a tick') from made m;
with made as (insert into sync_scheduler.warmups (scheduled_for, token_hash) values (now() + interval '1 day', 'x') returning *)
select is(pg_temp.begins(m), '{"scheduled_for": "given", "token_hash": "\\x78", "requested_at": "now"}', 'a warm-up') from made m;
with made as (insert into sync_scheduler.connection_checks (integration_id, token_hash, requested_at)
  values (sync_test.id('integration a'), 'x', now() + interval '1 day') returning *)
select is(pg_temp.begins(m), '{"integration_id": "id", "token_hash": "\\x78", "requested_at": "given", "by_tick": false}', 'a connection check') from made m;
with made as (insert into sync_scheduler.integration_credentials (integration_id, secret_id, address)
  values (sync_test.id('integration a'), gen_random_uuid(), '{}') returning *)
select is(pg_temp.begins(m), '{"integration_id": "id", "secret_id": "id", "address": {}, "stored_at": "now"}', 'credentials') from made m;
with made as (insert into public.sync_alert_webhooks (org_id, host) values (sync_test.id('org a'), 'x') returning *)
select is(pg_temp.begins(m), '{"org_id": "id", "host": "x", "format": "json", "min_severity": "info", "finished_runs": false, "configured_at": "now"}',
  'an alert webhook') from made m;
with made as (insert into sync_scheduler.alert_senders (org_id, secret_id) values (sync_test.id('org a'), gen_random_uuid()) returning *)
select is(pg_temp.begins(m), '{"org_id": "id", "secret_id": "id", "failures": 0}', 'what sends for it') from made m;
with made as (insert into sync_scheduler.alert_messages (org_id, body) values (sync_test.id('org a'), '{}') returning *)
select is(pg_temp.begins(m) - 'number', '{"message_id": "id", "org_id": "id", "body": {}, "is_new": true, "created_at": "now", "attempts": 0}',
  'a message for it') from made m;
with made as (insert into public.sync_vendor_incidents (integration_type, host, began_at, affected, message)
  values ('webhook', 'x', now() + interval '1 day', 3, 'x') returning *)
select is(pg_temp.begins(m), '{"incident_id": "id", "integration_type": "webhook", "host": "x", "began_at": "given", "affected": 3, "message": "x"}',
  'an incident') from made m;
with made as (insert into sync_scheduler.refused_entries (integration_id, entry_key, field, reason) values (sync_test.id('integration a'), 'k', 'f', 'r') returning *)
select is(pg_temp.begins(m), '{"integration_id": "id", "entry_key": "k", "field": "f", "reason": "r", "refused_at": "now"}', 'a refused entry') from made m;
with made as (insert into sync_scheduler.refused_deliveries (integration_id, refused) values (sync_test.id('integration a'), 1) returning *)
select is(pg_temp.begins(m), '{"integration_id": "id", "refused": 1, "delivered_at": "now"}', 'a refused delivery') from made m;
with made as (insert into sync_scheduler.postponed_slots (integration_id, scheduled_for, reason)
  values (sync_test.id('integration a'), now() + interval '1 day', 'r') returning *)
select is(pg_temp.begins(m), '{"integration_id": "id", "scheduled_for": "given", "reason": "r", "postponed_at": "now"}', 'a postponed slot') from made m;
with made as (insert into sync_scheduler.check_faults (integration_id, status) values (sync_test.id('integration a'), 'degraded') returning *)
select is(pg_temp.begins(m), '{"integration_id": "id", "status": "degraded", "failures": 0, "found_at": "now"}', 'a fault that a check found') from made m;

select is((select jsonb_object_agg(t.code, jsonb_build_array(t.name, t.host, t.address_keys)) from public.sync_integration_types t), '{
  "xledger": ["Xledger", "www.xledger.net", ["url"]],
  "dynamics": ["Dynamics 365 Business Central", "api.businesscentral.dynamics.com", ["tenant_id", "environment", "company", "api_url", "login_url"]],
  "webhook": ["Webhook", null, ["url"]]}', 'the types of integration');

select * from finish();
rollback;
