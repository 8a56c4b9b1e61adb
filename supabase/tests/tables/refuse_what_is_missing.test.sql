-- What a row must have, its table itself asks for, also from the owner and where triggers do not run.
begin;
\ir ../fixtures.psql
\ir ../table_rules.psql
select plan(2);

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
