-- Every rule that a table itself keeps, also for the owner: each statement breaks one rule, or stops just
-- before it.
begin;
\ir ../fixtures.psql
select plan(4);

-- Runs a statement and takes it back: `taken`, or the error code.
create function pg_temp.outcome(statement text) returns text language plpgsql as $$
begin
  execute statement;
  raise exception using errcode = 'ZZ999';
exception
  when sqlstate 'ZZ999' then return 'taken';
  when others then return sqlstate;
end
$$;
create function pg_temp.set(name text, assignments text) returns text language sql as $$
  select case when name like 'settings%' then format('update sync_scheduler.settings set %s', assignments)
    else format('update public.sync_integrations set %s where id = %L', assignments, sync_test.id('integration a')) end
$$;

-- Settings with a range: the least and the most that they take, and what lies just outside.
create temporary table bound (name text, below text, least text, most text, above text);
insert into bound values
  ('settings.dispatch_timeout', '999 ms', '1 second', '1 minute', '60.001 seconds'),
  ('settings.claim_timeout', '999 ms', '1 second', '10 minutes', '600.001 seconds'),
  ('settings.max_dispatches', '0', $$1$$, '20', '21'),
  ('settings.lease_duration', null, null, '10 minutes', '600.001 seconds'),
  ('settings.heartbeat_interval', '999 ms', '1 second', null, null),
  ('settings.slice_duration', '999 ms', '1 second', '10 minutes', '600.001 seconds'),
  ('settings.retry_cap', '999 ms', '1 second', '1 day', '24:00:01'),
  ('settings.longest_wait', '59 seconds', '1 minute', '7 days', '7 days 1 second'),
  ('settings.max_active_per_type', '0', $$1$$, null, null),
  ('settings.max_active_per_org', '0', $$1$$, null, null),
  ('settings.drift_alert_after', '59 seconds', '1 minute', '7 days', '7 days 1 second'),
  ('settings.silent_after', '59 seconds', '1 minute', '1 day', '24:00:01'),
  ('settings.warmup_lead', '39.999 seconds', '40 seconds', '60 seconds', '60.001 seconds'),
  ('settings.warmup_lead', '-1 second', '0 seconds', '0 seconds', '1 second'),
  ('settings.check_timeout', '3.999 seconds', '4 seconds', '2 minutes', '120.001 seconds'),
  ('settings.check_cooldown', '-1 second', '0 seconds', '1 hour', '3600.001 seconds'),
  ('settings.least_cooldown', '-1 second', '0 seconds', '1 day', '24:00:01'),
  ('settings.presses_per_hour', '0', $$1$$, '10000', '10001'),
  ('settings.changes_per_hour', '0', $$1$$, '10000', '10001'),
  ('settings.incident_organisations', '1', $$2$$, '1000', '1001'),
  ('settings.incident_window', '59 seconds', '1 minute', '1 day', '24:00:01'),
  ('settings.passive_cooldown', '14 minutes 59 seconds', '15 minutes', '30 days', '30 days 1 second'),
  ('settings.retention_ended', '23:59:59', '1 day', '36500 days', '36500 days 1 second'),
  ('settings.retention_failed', '23:59:59', '1 day', '36500 days', '36500 days 1 second'),
  ('settings.retention_ticks', '23:59:59', '1 day', '36500 days', '36500 days 1 second'),
  ('settings.retention_payload', '23:59:59', '1 day', '36500 days', '36500 days 1 second'),
  ('settings.max_payload', '1023', $$1024$$, '16777216', '16777217'),
  ('settings.max_batch_bytes', '1023', $$1024$$, '16777216', '16777217'),
  ('sync_integrations.catchup_window', '4 minutes 59 seconds', '5 minutes', '30 days', '30 days 1 second'),
  ('sync_integrations.manual_cooldown', '-1 second', '0 seconds', '1 day', '24:00:01'),
  ('sync_integrations.max_attempts', '0', $$1$$, '100', '101'),
  ('sync_integrations.retry_base', '-1 second', '0 seconds', '1 day', '24:00:01'),
  ('sync_integrations.run_deadline', '59 seconds', '1 minute', '7 days', '7 days 1 second'),
  ('sync_integrations.health_check_interval', '14 minutes 59 seconds', '15 minutes', '1 day', '24:00:01');
select is_empty($$
  select b.name, v.value, v.expected, pg_temp.outcome(pg_temp.set(b.name, format('%I = %L', split_part(b.name, '.', 2), v.value))) as outcome
  from bound b, lateral (values (b.below, '23514'), (b.least, 'taken'), (b.most, 'taken'), (b.above, '23514')) v (value, expected)
  where v.value is not null
    and pg_temp.outcome(pg_temp.set(b.name, format('%I = %L', split_part(b.name, '.', 2), v.value))) is distinct from v.expected
$$, 'a setting takes its whole range and nothing outside it');

-- One active run and one that has ended, with an attempt each; entries in every state; a webhook, an alert, an incident.
insert into public.sync_run_log (run_id, org_id, integration_id, integration_type, status, triggered_by, deadline_at, finished_at,
  scheduled_for, started_at)
select sync_test.id(r.name), sync_test.id('org a'), sync_test.id('integration a'), 'webhook', r.status::public.sync_run_status,
  r.triggered_by::public.sync_run_trigger, now(), case when r.status = 'failed' then now() end,
  case when r.triggered_by = 'schedule' then now() end, null
from (values ('active', 'pending', 'api'), ('ended', 'failed', 'schedule')) r (name, status, triggered_by);
insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at) values (sync_test.id('active'), 1, 'x', now());
insert into public.sync_alert_webhooks (org_id, host) values (sync_test.id('org a'), 'hooks.example');
insert into public.sync_alerts (alert_id, org_id, integration_id, kind, severity, dedup_key, message)
values (sync_test.id('alert'), sync_test.id('org a'), sync_test.id('integration a'), 'drift', 'info', 'key', 'x'),
  (sync_test.id('shared'), null, null, 'vendor_incident', 'info', 'key', 'x');
insert into public.sync_vendor_incidents (integration_type, host, began_at, affected, message) values ('webhook', 'x', now(), 3, 'x');
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by) values (sync_test.id('integration a'), now(), 'schedule');

create temporary table try (number integer generated always as identity, rule text, expected text, statement text);
-- %a: where the row of integration a is; %r, %e, %n: the active run, an entry, the alert.
create function pg_temp.of(statement text) returns text language sql as $$
  select replace(replace(replace(replace(replace(statement, '%a', format('id = %L', sync_test.id('integration a'))),
    '%r', format('run_id = %L', sync_test.id('active'))), '%e', format('entry_key = ''entry 01'' and integration_id = %L', sync_test.id('integration a'))),
    '%n', format('alert_id = %L', sync_test.id('alert'))), '%s', format('alert_id = %L', sync_test.id('shared')))
$$;
insert into try (rule, expected, statement) values
  ('there is one row of settings', '23505', $$insert into sync_scheduler.settings default values$$),
  ('and no other', '23514', $$update sync_scheduler.settings set only_row = false$$),
  ('likewise of how far redaction has come', '23505', $$insert into sync_scheduler.redaction default values$$),
  ('and no other', '23514', $$update sync_scheduler.redaction set only_row = false$$),
  ('a lease is at least two heartbeats', '23514', $$update sync_scheduler.settings set lease_duration = '29.999 seconds', heartbeat_interval = '15 seconds'$$),
  ('exactly two are enough', 'taken', $$update sync_scheduler.settings set lease_duration = '30 seconds', heartbeat_interval = '15 seconds'$$),
  ('the shortest lease has the shortest heartbeat', 'taken', $$update sync_scheduler.settings set lease_duration = '2 seconds', heartbeat_interval = '1 second'$$),
  ('what authenticates for all is no host', '23514', $$update sync_scheduler.settings set host_roles = '{backend,authenticator}'$$),
  ('nor is anon', '23514', $$update sync_scheduler.settings set host_roles = '{anon}'$$),
  ('nor is authenticated', '23514', $$update sync_scheduler.settings set host_roles = '{authenticated}'$$),
  ('nor is the service role', '23514', $$update sync_scheduler.settings set host_roles = '{service_role}'$$),
  ('nor is a role without a name', '23514', $$update sync_scheduler.settings set host_roles = '{backend,null}'$$),
  ('another role may be', 'taken', $$update sync_scheduler.settings set host_roles = '{backend}'$$),
  ('the function has an address that pg_net takes', '23514', $$update sync_scheduler.settings set function_url = 'ftp://x'$$),
  ('without blanks', '23514', $$update sync_scheduler.settings set function_url = 'https://x/a b'$$),
  ('with a host', '23514', $$update sync_scheduler.settings set function_url = 'https:///x'$$),
  ('with a port of five digits', '23514', $$update sync_scheduler.settings set function_url = 'https://x:123456'$$),
  ('an address of the other family is one', 'taken', $$update sync_scheduler.settings set function_url = 'http://[::1]:54321/functions'$$),

  ('a type''s code is lower case', '23514', $$insert into public.sync_integration_types (code, name, address_keys) values ('Own', 'x', '{}')$$),
  ('begins with a letter', '23514', $$insert into public.sync_integration_types (code, name, address_keys) values ('1own', 'x', '{}')$$),
  ('has at most 40 characters', '23514', $$insert into public.sync_integration_types (code, name, address_keys) values (repeat('a', 41), 'x', '{}')$$),
  ('exactly 40', 'taken', $$insert into public.sync_integration_types (code, name, address_keys) values (repeat('a', 40), 'x', '{}')$$),
  ('and is there once', '23505', $$insert into public.sync_integration_types (code, name, address_keys) values ('webhook', 'x', '{}')$$),
  ('its host is lower case, as it is compared', '23514', $$update public.sync_integration_types set host = 'API.example'$$),
  ('each of its address keys has a name', '23514', $$update public.sync_integration_types set address_keys = '{url,null}'$$),

  ('an organisation has one integration of a type', '23505', $$insert into public.sync_integrations (org_id, integration_type) select org_id, integration_type from public.sync_integrations where %a$$),
  ('of a type that exists', '23503', $$update public.sync_integrations set integration_type = 'nothing' where %a$$),
  ('and belongs to an organisation that exists', '23503', $$update public.sync_integrations set org_id = gen_random_uuid() where id in (select i.id from public.sync_integrations i where not exists (select from public.sync_run_log r where r.integration_id = i.id))$$),
  ('its config is an object', '23514', $$update public.sync_integrations set config = '[]' where %a$$),
  ('of at most 256 KiB', '23514', $$update public.sync_integrations set config = jsonb_build_object('a', repeat('x', 262144 - 8)) where %a$$),
  ('exactly 256 KiB', 'taken', $$update public.sync_integrations set config = jsonb_build_object('a', repeat('x', 262144 - 9)) where %a$$),
  ('payloads are vouchers or free', '23514', $$update public.sync_integrations set config = '{"payloads": "any"}' where %a$$),
  ('free', 'taken', $$update public.sync_integrations set config = '{"payloads": "free"}' where %a$$),
  ('the period rule is one of two', '23514', $$update public.sync_integrations set config = '{"period_rule": "any"}' where %a$$),
  ('free', 'taken', $$update public.sync_integrations set config = '{"period_rule": "free"}' where %a$$),
  ('a fiscal year ends in a month', '23514', $$update public.sync_integrations set config = '{"fiscal_year_ends": 13}' where %a$$),
  ('none of them has the number 0', '23514', $$update public.sync_integrations set config = '{"fiscal_year_ends": 0}' where %a$$),
  ('nor a fraction', '23514', $$update public.sync_integrations set config = '{"fiscal_year_ends": 1.5}' where %a$$),
  ('written as a number', '23514', $$update public.sync_integrations set config = '{"fiscal_year_ends": "6"}' where %a$$),
  ('from January', 'taken', $$update public.sync_integrations set config = '{"fiscal_year_ends": 1}' where %a$$),
  ('to December', 'taken', $$update public.sync_integrations set config = '{"fiscal_year_ends": 12}' where %a$$),
  ('ignored fields are an object', '23514', $$update public.sync_integrations set config = '{"ignored_fields": ["a"]}' where %a$$),
  ('of vouchers and lines', '23514', $$update public.sync_integrations set config = '{"ignored_fields": {"header": ["a"]}}' where %a$$),
  ('of lists', '23514', $$update public.sync_integrations set config = '{"ignored_fields": {"line": "a"}}' where %a$$),
  ('of texts', '23514', $$update public.sync_integrations set config = '{"ignored_fields": {"line": ["a", 1]}}' where %a$$),
  ('of 25,000 characters at most', '23514', $$update public.sync_integrations set config = jsonb_build_object('ignored_fields', jsonb_build_object('line', jsonb_build_array(repeat('x', 25000 - 13)))) where %a$$),
  ('exactly so many', 'taken', $$update public.sync_integrations set config = jsonb_build_object('ignored_fields', jsonb_build_object('line', jsonb_build_array(repeat('x', 25000 - 14)))) where %a$$),
  ('no voucher goes without a posting date', '23514', $$update public.sync_integrations set config = '{"ignored_fields": {"voucher": ["posting_date"]}}' where %a$$),
  ('nor without a currency', '23514', $$update public.sync_integrations set config = '{"ignored_fields": {"voucher": ["currency"]}}' where %a$$),
  ('nor without a description', '23514', $$update public.sync_integrations set config = '{"ignored_fields": {"voucher": ["description"]}}' where %a$$),
  ('nor without lines', '23514', $$update public.sync_integrations set config = '{"ignored_fields": {"voucher": ["lines"]}}' where %a$$),
  ('no line goes without an account', '23514', $$update public.sync_integrations set config = '{"ignored_fields": {"line": ["account"]}}' where %a$$),
  ('nor without a debit', '23514', $$update public.sync_integrations set config = '{"ignored_fields": {"line": ["debit"]}}' where %a$$),
  ('nor without a credit', '23514', $$update public.sync_integrations set config = '{"ignored_fields": {"line": ["credit"]}}' where %a$$),
  ('anything else may be ignored', 'taken', $$update public.sync_integrations set config = '{"ignored_fields": {"voucher": ["account"], "line": ["lines"]}}' where %a$$),
  ('the reason of a pause has 500 characters', '23514', $$update public.sync_integrations set paused_at = now(), pause_reason = repeat('x', 501) where %a$$),
  ('exactly', 'taken', $$update public.sync_integrations set paused_at = now(), pause_reason = repeat('x', 500) where %a$$),
  ('without a pause there is no reason', '23514', $$update public.sync_integrations set pause_reason = 'x' where %a$$),
  ('no person', '23514', $$update public.sync_integrations set paused_by = gen_random_uuid() where %a$$),
  ('and no end', '23514', $$update public.sync_integrations set resume_at = now() where %a$$),
  ('without a schedule there is no next slot', '23514', $$update public.sync_integrations set next_run_at = now() where %a$$),
  ('and no next look', '23514', $$update public.sync_integrations set next_tick_at = now() where %a$$),
  ('the tick looks at a slot when it is due', 'taken', $$update public.sync_integrations set schedule = '@hourly' where %a; update public.sync_integrations set next_run_at = now(), next_tick_at = now() where %a$$),
  ('and not before', '23514', $$update public.sync_integrations set schedule = '@hourly' where %a; update public.sync_integrations set next_run_at = now(), next_tick_at = now() - interval '1 second' where %a$$),

  ('an active run has not finished', '23514', $$update public.sync_run_log set finished_at = now() where %r$$),
  ('one that is final has', '23514', $$update public.sync_run_log set status = 'failed' where %r$$),
  ('one that runs has started', '23514', $$update public.sync_run_log set status = 'running' where %r$$),
  ('and waits for no attempt', '23514', $$update public.sync_run_log set status = 'running', started_at = now(), next_attempt_at = now() where %r$$),
  ('what a person pressed names the person', '23514', $$update public.sync_run_log set triggered_by = 'manual' where %r$$),
  ('a skipped slot has a reason', '23514', $$update public.sync_run_log set status = 'skipped', finished_at = now() where %r$$),
  ('and nothing else has one', '23514', $$update public.sync_run_log set skip_reason = 'overlap' where %r$$),
  ('a scheduled run has its slot', '23514', $$update public.sync_run_log set triggered_by = 'schedule' where %r$$),
  ('so has one that makes up for it', '23514', $$update public.sync_run_log set triggered_by = 'backfill' where %r$$),
  ('and no other run has one', '23514', $$update public.sync_run_log set scheduled_for = now() where %r$$),
  ('a run is of an integration', '23503', $$update public.sync_run_log set integration_id = gen_random_uuid() where %r$$),
  ('and of the organisation of that integration', '23503', format($$update public.sync_run_log set org_id = %L where %%r$$, sync_test.id('org b'))),
  ('an integration has one active run', '23505', $$insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, deadline_at) select org_id, integration_id, integration_type, 'api', now() from public.sync_run_log where %r$$),
  ('a slot has one run', '23505', $$insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, deadline_at, scheduled_for, status, finished_at) select org_id, integration_id, integration_type, 'backfill', now(), now(), 'succeeded', now() from public.sync_run_log where %r$$),
  ('and one record that it was skipped', 'taken', $$insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, deadline_at, scheduled_for, status, finished_at, skip_reason) select org_id, integration_id, integration_type, 'schedule', now(), now(), 'skipped', now(), 'overlap' from public.sync_run_log where %r$$),
  ('not two', '23505', $$insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, deadline_at, scheduled_for, status, finished_at, skip_reason) select org_id, integration_id, integration_type, 'schedule', now(), now(), 'skipped', now(), 'overlap' from public.sync_run_log, generate_series(1, 2) where %r$$),
  ('a key is of one run of an organisation', '23505', $$update public.sync_run_log set idempotency_key = 'k' where %r; insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, deadline_at, status, finished_at, idempotency_key) select org_id, integration_id, integration_type, 'api', now(), 'succeeded', now(), 'k' from public.sync_run_log where %r$$),
  ('another organisation may use it', 'taken', format($$update public.sync_run_log set idempotency_key = 'k' where %%r; insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, deadline_at, idempotency_key) values (%L, %L, 'webhook', 'api', now(), 'k')$$, sync_test.id('org b'), sync_test.id('integration b'))),

  ('an attempt is of a run', '23503', $$insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at) values (gen_random_uuid(), 1, 'x', now())$$),
  ('the first has the number 1', '23514', $$update sync_scheduler.run_attempts set attempt = 0 where %r$$),
  ('each number is there once', '23505', $$insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at) select run_id, attempt, token_hash, now() from sync_scheduler.run_attempts where %r$$),
  ('an attempt that has ended has an outcome', '23514', $$update sync_scheduler.run_attempts set ended_at = now() where %r$$),
  ('and none that is open', '23514', $$update sync_scheduler.run_attempts set outcome = 'lost' where %r$$),
  ('what is paused is a run', '23503', $$insert into sync_scheduler.paused_runs (run_id) values (gen_random_uuid())$$),
  ('once', '23505', $$insert into sync_scheduler.paused_runs (run_id) select run_id from public.sync_run_log, generate_series(1, 2) where %r$$),

  ('one slot of a schedule waits', '23505', format($$insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by) values (%L, now() + interval '1 hour', 'schedule')$$, sync_test.id('integration a'))),
  ('any number of backfills do', 'taken', format($$insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by) select %L, now() + n * interval '1 hour', 'backfill' from generate_series(1, 2) n$$, sync_test.id('integration a'))),
  ('each slot once', '23505', format($$insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by) values (%L, now(), 'backfill')$$, sync_test.id('integration a'))),
  ('a press waits for nothing', '23514', $$update sync_scheduler.queued_slots set triggered_by = 'manual'$$),
  ('what waits is of an integration', '23503', $$update sync_scheduler.queued_slots set integration_id = gen_random_uuid()$$),

  ('an entry is of an integration', '23503', $$update public.sync_export_entries set integration_id = gen_random_uuid() where %e$$),
  ('one key of an integration is one entry', '23505', $$insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload) select integration_id, entry_key, period, document_number, payload from public.sync_export_entries where %e$$),
  ('a key has a character', '23514', $$update public.sync_export_entries set entry_key = '' where %e$$),
  ('and 200 at most', '23514', $$update public.sync_export_entries set entry_key = repeat('x', 201) where %e$$),
  ('exactly 200', 'taken', $$update public.sync_export_entries set entry_key = repeat('x', 200) where %e$$),
  ('a period has a month', '23514', $$update public.sync_export_entries set period = '2026-00' where %e$$),
  ('or is the thirteenth', 'taken', $$update public.sync_export_entries set period = '2026-13' where %e$$),
  ('there is no fourteenth', '23514', $$update public.sync_export_entries set period = '2026-14' where %e$$),
  ('nothing is around it', '23514', $$update public.sync_export_entries set period = 'x2026-01' where %e$$),
  ('nor behind it', '23514', $$update public.sync_export_entries set period = '2026-01x' where %e$$),
  ('a document number has a character', '23514', $$update public.sync_export_entries set document_number = '' where %e$$),
  ('and 35 at most', '23514', $$update public.sync_export_entries set document_number = repeat('1', 36) where %e$$),
  ('exactly 35', 'taken', $$update public.sync_export_entries set document_number = repeat('1', 35) where %e$$),
  ('a payload is an object', '23514', $$update public.sync_export_entries set payload = '[]' where %e$$),
  ('what is exported says when', '23514', $$update public.sync_export_entries set state = 'exported' where %e$$),
  ('and nothing else does', '23514', $$update public.sync_export_entries set exported_at = now() where %e$$),
  ('what is being sent is in a batch', '23514', $$update public.sync_export_entries set state = 'sending' where %e$$),
  ('so is what is unknown', '23514', $$update public.sync_export_entries set state = 'unknown', unknown_since = now() where %e$$),
  ('which says since when', '23514', $$update public.sync_export_entries set state = 'unknown', batch_id = gen_random_uuid() where %e$$),
  ('what waits is in no batch', '23514', $$update public.sync_export_entries set batch_id = gen_random_uuid() where %e$$),
  ('and in no doubt', '23514', $$update public.sync_export_entries set unknown_since = now() where %e$$),
  ('likewise what is withdrawn', '23514', $$update public.sync_export_entries set state = 'withdrawn', batch_id = gen_random_uuid() where %e$$),
  ('what never left is in no batch', '23514', $$update public.sync_export_entries set state = 'rejected', not_sent = true, batch_id = gen_random_uuid() where %e$$),
  ('what is contradicted has the other content', '23514', $$update public.sync_export_entries set state = 'exported', exported_at = now(), conflict_at = now(), conflict_payload_hash = 'x' where %e$$),
  ('and its hash', '23514', $$update public.sync_export_entries set state = 'exported', exported_at = now(), conflict_at = now(), conflict_content = '{}' where %e$$),
  ('nothing waits without its content', '23514', $$insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload, redacted_at) select integration_id, 'x', period, document_number, '{}', now() from public.sync_export_entries where %e$$),

  ('an alert of an integration is of its organisation', '23503', format($$update public.sync_alerts set org_id = %L where %%n$$, sync_test.id('org b'))),
  ('never of none', '23514', $$update public.sync_alerts set org_id = null where %n$$),
  ('who has seen to it did so at an instant', '23514', $$update public.sync_alerts set acknowledged_by = gen_random_uuid() where %n$$),
  ('an alert is of an organisation that exists', '23503', $$insert into public.sync_alerts (org_id, kind, severity, dedup_key, message) values (gen_random_uuid(), 'drift', 'info', 'k', 'x')$$),
  ('one is open for an occurrence', '23505', $$insert into public.sync_alerts (org_id, kind, severity, dedup_key, message) select org_id, kind, severity, dedup_key, message from public.sync_alerts where %n$$),
  ('also of those that organisations share', '23505', $$insert into public.sync_alerts (org_id, kind, severity, dedup_key, message) select org_id, kind, severity, dedup_key, message from public.sync_alerts where %s$$),
  ('one that comes again is a new one', 'taken', $$update public.sync_alerts set resolved_at = now() where %n; insert into public.sync_alerts (org_id, kind, severity, dedup_key, message) select org_id, kind, severity, dedup_key, message from public.sync_alerts where %n$$),

  ('a webhook asks for a kind, or for all', '23514', $$update public.sync_alert_webhooks set kinds = '{}'$$),
  ('one that has stopped says why', '23514', $$update public.sync_alert_webhooks set stopped_at = now()$$),
  ('and one that has not says nothing', '23514', $$update public.sync_alert_webhooks set stop_reason = 'gone'$$),
  ('an organisation has one webhook', '23505', $$insert into public.sync_alert_webhooks (org_id, host) select org_id, host from public.sync_alert_webhooks$$),
  ('if it exists', '23503', $$insert into public.sync_alert_webhooks (org_id, host) values (gen_random_uuid(), 'x')$$),
  ('a message is for a webhook', '23503', format($$insert into sync_scheduler.alert_messages (org_id, body) values (%L, '{}')$$, sync_test.id('org b'))),
  ('so is what sends it', '23503', format($$insert into sync_scheduler.alert_senders (org_id, secret_id) values (%L, gen_random_uuid())$$, sync_test.id('org b'))),
  ('one for each', '23505', format($$insert into sync_scheduler.alert_senders (org_id, secret_id) select %L, gen_random_uuid() from generate_series(1, 2)$$, sync_test.id('org a'))),

  ('a host has one incident', '23505', $$insert into public.sync_vendor_incidents (integration_type, host, began_at, affected, message) values ('webhook', 'x', now(), 3, 'x')$$),
  ('the next one after it has ended', 'taken', $$update public.sync_vendor_incidents set ended_at = now(); insert into public.sync_vendor_incidents (integration_type, host, began_at, affected, message) values ('webhook', 'x', now(), 3, 'x')$$),
  ('of a type that exists', '23503', $$update public.sync_vendor_incidents set integration_type = 'nothing'$$),
  ('what is known of a host is of a type that exists', '23503', $$insert into sync_scheduler.vendors (integration_type, host) values ('nothing', 'x')$$),
  ('once', '23505', $$insert into sync_scheduler.vendors (integration_type, host) select 'webhook', 'x' from generate_series(1, 2)$$),
  ('an integration has failed at its vendor once', '23505', format($$insert into sync_scheduler.vendor_failures (integration_id, integration_type, host, failed_at) select %L, 'webhook', 'x', now() from generate_series(1, 2)$$, sync_test.id('integration a'))),
  ('if it exists', '23503', $$insert into sync_scheduler.vendor_failures (integration_id, integration_type, host, failed_at) values (gen_random_uuid(), 'webhook', 'x', now())$$),
  ('an integration has one health', '23505', $$insert into public.sync_integration_health (integration_id, org_id) select integration_id, org_id from public.sync_integration_health$$),
  ('of its own organisation', '23503', format($$update public.sync_integration_health set org_id = %L where org_id = %L$$, sync_test.id('org b'), sync_test.id('org a'))),
  ('one check is open of an integration', '23505', format($$insert into sync_scheduler.connection_checks (integration_id, token_hash, requested_at) select %L, 'x', now() from generate_series(1, 2)$$, sync_test.id('integration a'))),
  ('that exists', '23503', $$insert into sync_scheduler.connection_checks (integration_id, token_hash, requested_at) values (gen_random_uuid(), 'x', now())$$),
  ('an integration has one set of credentials', '23505', format($$insert into sync_scheduler.integration_credentials (integration_id, secret_id, address) select %L, gen_random_uuid(), '{}' from generate_series(1, 2)$$, sync_test.id('integration a'))),
  ('if it exists', '23503', $$insert into sync_scheduler.integration_credentials (integration_id, secret_id, address) values (gen_random_uuid(), gen_random_uuid(), '{}')$$),
  ('a slot is warmed up once', '23505', $$insert into sync_scheduler.warmups (scheduled_for, token_hash) select now(), 'x' from generate_series(1, 2)$$),
  ('a refused key is kept once', '23505', format($$insert into sync_scheduler.refused_entries (integration_id, entry_key, field, reason) select %L, 'k', 'f', 'r' from generate_series(1, 2)$$, sync_test.id('integration a'))),
  ('and has 200 characters', '23514', format($$insert into sync_scheduler.refused_entries (integration_id, entry_key, field, reason) values (%L, repeat('x', 201), 'f', 'r')$$, sync_test.id('integration a'))),
  ('at most', 'taken', format($$insert into sync_scheduler.refused_entries (integration_id, entry_key, field, reason) values (%L, repeat('x', 200), 'f', 'r')$$, sync_test.id('integration a'))),
  ('of an integration that exists', '23503', $$insert into sync_scheduler.refused_entries (integration_id, entry_key, field, reason) values (gen_random_uuid(), 'x', 'f', 'r')$$),

  ('a line of the audit log has its own number', '23505', $$insert into public.sync_audit_log (audit_id, org_id, action) overriding system value select 1, org_id, 'x' from public.sync_alert_webhooks, generate_series(1, 2)$$),
  ('so has an entry', '23505', $$insert into public.sync_export_entries (entry_id, integration_id, entry_key, period, document_number, payload) overriding system value select entry_id, integration_id, 'x', period, document_number, '{}' from public.sync_export_entries where %e$$),
  ('so has a message', '23505', $$insert into sync_scheduler.alert_messages (number, org_id, body) overriding system value select 1, org_id, '{}' from public.sync_alert_webhooks, generate_series(1, 2)$$),
  ('so has a tick', '23505', $$insert into sync_scheduler.ticks (tick_id) overriding system value select 1 from generate_series(1, 2)$$),

  ('an organisation has a name', '23514', $$insert into public.organizations (name) values ('  ')$$),
  ('of 200 characters', '23514', $$insert into public.organizations (name) values (repeat('x', 201))$$),
  ('at most', 'taken', $$insert into public.organizations (name) values (repeat('x', 200))$$),
  ('a person is in an organisation once', '23505', $$insert into public.organization_members (org_id, user_id, role) select org_id, user_id, 'viewer' from public.organization_members limit 1$$),
  ('that exists', '23503', $$update public.organization_members set org_id = gen_random_uuid()$$),
  ('and so does the person', '23503', $$update public.organization_members set user_id = gen_random_uuid()$$),
  ('what is audited is of an organisation', '23503', $$insert into public.sync_audit_log (org_id, action) values (gen_random_uuid(), 'x')$$);
select is_empty($$
  select t.rule, t.statement, t.expected, pg_temp.outcome(pg_temp.of(t.statement)) as outcome from try t
  where pg_temp.outcome(pg_temp.of(t.statement)) <> t.expected order by t.number
$$, 'a row that contradicts itself or another is refused');

-- What a table cannot do without. A value that a trigger puts in, or that is generated, is none of them.
insert into public.sync_audit_log (org_id, action) values (sync_test.id('org a'), 'x');
insert into sync_scheduler.alert_senders (org_id, secret_id) values (sync_test.id('org a'), gen_random_uuid());
insert into sync_scheduler.alert_messages (org_id, body) values (sync_test.id('org a'), '{}');
insert into sync_scheduler.warmups (scheduled_for, token_hash) values (now(), 'x');
insert into sync_scheduler.paused_runs (run_id) values (sync_test.id('active'));
insert into sync_scheduler.vendors (integration_type, host) values ('webhook', 'x');
insert into sync_scheduler.vendor_failures (integration_id, integration_type, host, failed_at) values (sync_test.id('integration a'), 'webhook', 'x', now());
insert into sync_scheduler.connection_checks (integration_id, token_hash, requested_at) values (sync_test.id('integration a'), 'x', now());
insert into sync_scheduler.integration_credentials (integration_id, secret_id, address) values (sync_test.id('integration a'), gen_random_uuid(), '{}');
insert into sync_scheduler.refused_entries (integration_id, entry_key, field, reason) values (sync_test.id('integration a'), 'k', 'f', 'r');
insert into sync_scheduler.refused_deliveries (integration_id, refused) values (sync_test.id('integration a'), 0);
insert into sync_scheduler.postponed_slots (integration_id, scheduled_for, reason) values (sync_test.id('integration a'), now(), 'r');
insert into sync_scheduler.check_faults (integration_id, status) values (sync_test.id('integration a'), 'degraded');
create temporary table needed (name text, columns text[]);
insert into needed values
  ('public.organizations', '{id,name,created_at}'),
  ('public.organization_members', '{org_id,user_id,role,created_at}'),
  ('public.sync_integration_types', '{code,name,address_keys}'),
  ('public.sync_integrations', '{id,org_id,integration_type,enabled,config,time_zone,overlap_policy,catchup_window,manual_cooldown,max_attempts,'
    'retry_base,run_deadline,created_at}'),
  ('public.sync_run_log', '{run_id,org_id,integration_id,integration_type,status,triggered_by,triggered_at,attempt,deadline_at,entries_total,'
    'entries_done,entries_failed}'),
  ('sync_scheduler.run_attempts', '{run_id,attempt,token_hash,dispatched_at,dispatch_count,lease_expires_at,over_quota,retried_at_once}'),
  ('public.sync_export_entries', '{integration_id,entry_key,period,document_number,payload,state,created_at}'),
  ('sync_scheduler.settings', '{only_row,dispatch_timeout,claim_timeout,max_dispatches,lease_duration,heartbeat_interval,slice_duration,'
    'retry_cap,longest_wait,max_active_per_type,max_active_per_org,drift_alert_after,silent_after,warmup_lead,check_timeout,'
    'check_cooldown,least_cooldown,presses_per_hour,changes_per_hour,incident_organisations,incident_window,'
    'passive_cooldown,retention_ended,retention_failed,retention_ticks,max_payload,max_batch_bytes,host_roles,installed_at}'),
  ('sync_scheduler.paused_runs', '{run_id,paused_at}'),
  ('sync_scheduler.queued_slots', '{integration_id,scheduled_for,triggered_by,requested_at}'),
  ('sync_scheduler.ticks', '{ticked_at,started,skipped,recovered,busy}'),
  ('public.sync_alerts', '{alert_id,kind,severity,dedup_key,message,details,count,first_seen_at,last_seen_at}'),
  ('public.sync_audit_log', '{org_id,action,details,created_at}'),
  ('sync_scheduler.warmups', '{scheduled_for,token_hash,requested_at}'),
  ('public.sync_integration_health', '{integration_id,org_id,status,since,consecutive_failures,configured_at}'),
  ('sync_scheduler.connection_checks', '{integration_id,token_hash,requested_at,by_tick}'),
  ('sync_scheduler.integration_credentials', '{integration_id,secret_id,address,stored_at}'),
  ('public.sync_alert_webhooks', '{org_id,host,format,min_severity,finished_runs,configured_at}'),
  ('sync_scheduler.vendors', '{integration_type,host}'),
  ('sync_scheduler.alert_senders', '{org_id,secret_id,failures}'),
  ('sync_scheduler.vendor_failures', '{integration_id,integration_type,host,failed_at}'),
  ('sync_scheduler.alert_messages', '{message_id,org_id,body,is_new,created_at,attempts}'),
  ('public.sync_vendor_incidents', '{incident_id,integration_type,host,began_at,affected,message}'),
  ('sync_scheduler.redaction', '{only_row,reached,began_at}'),
  ('sync_scheduler.refused_entries', '{integration_id,entry_key,field,reason,refused_at}'),
  ('sync_scheduler.refused_deliveries', '{integration_id,refused,delivered_at}'),
  ('sync_scheduler.postponed_slots', '{integration_id,scheduled_for,reason,postponed_at}'),
  ('sync_scheduler.check_faults', '{integration_id,status,failures,found_at}');
select is_empty($$
  select n.name, c, pg_temp.outcome(statement) from needed n, unnest(n.columns) c,
    lateral (select format('update %s set %I = null %s', n.name, c, case n.name when 'public.sync_run_log' then pg_temp.of('where %r') else '' end)
      as statement) s
  where pg_temp.outcome(statement) <> '23502'
$$, 'what a row cannot do without is never missing');

-- A restore may load rows without their triggers. What these see to is checked all the same.
alter table public.sync_export_entries disable trigger guard_entry_content, disable trigger guard_entry_state;
alter table public.sync_run_log disable trigger guard_run_update;
select is_empty($$
  select statement, pg_temp.outcome(statement) from unnest(array[
    $a$ update public.sync_export_entries set not_sent = true $a$,
    $a$ update public.sync_export_entries set refused_at_first_send = true $a$,
    $a$ update public.sync_export_entries set nothing_left = true $a$,
    $a$ update public.sync_export_entries set state = 'exported', exported_at = now(), refused_run_id = gen_random_uuid() $a$,
    $a$ update public.sync_export_entries set redacted_at = now() $a$
  ]) statement where pg_temp.outcome(statement) <> '23514'
  union all
  select c, pg_temp.outcome(format('update public.sync_export_entries set %I = null', c))
  from unnest('{payload_hash,payload_bytes,not_sent,refused_at_first_send,nothing_left}'::text[]) c
  where pg_temp.outcome(format('update public.sync_export_entries set %I = null', c)) <> '23502'
  union all
  select 'version', 'null' where pg_temp.outcome('update public.sync_run_log set version = null') <> '23502'
$$, 'also of what triggers see to, where they do not run');

select * from finish();
rollback;
