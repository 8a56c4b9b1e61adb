begin;
\ir ../fixtures.psql
select plan(16);
update public.sync_integrations set manual_cooldown = '1 hour';
create function pg_temp.overview(name text, of_type text default 'webhook') returns setof jsonb language plpgsql as $$
begin
  perform sync_test.act_as(name);
  return query select to_jsonb(o) from public.sync_overview(sync_test.id('org a')) o where o.integration_type = of_type;
  perform sync_test.act_as('owner');
end
$$;
create function pg_temp.shown(fields text[], name text default 'coordinator') returns jsonb language sql as $$
  select jsonb_object_agg(f, o -> f) from pg_temp.overview(name) o, unnest(fields) f
$$;

select is(pg_temp.shown('{type_name,enabled,paused_at,health_status,active_run_id,last_success_at,last_run_id,cooldown_until,open_alerts,needs_decision,button_allowed,button_message}'),
  '{"type_name": "Webhook", "enabled": true, "paused_at": null, "health_status": "unknown", "active_run_id": null,
    "last_success_at": null, "last_run_id": null, "cooldown_until": null, "open_alerts": 0, "needs_decision": 0,
    "button_allowed": true, "button_message": null}', 'an integration that has never run');
select is(pg_temp.shown('{button_message}', 'viewer'), '{"button_message": "not_authorized"}', 'a viewer''s button answers so');
insert into public.sync_integrations (org_id, integration_type, paused_at, pause_reason)
values (sync_test.id('org a'), 'dynamics', now(), 'Closing.');
select is((select array_agg(o ->> 'button_message') from pg_temp.overview('admin', 'dynamics') o), '{integration_paused}',
  'each integration has its own row');
select is((select o -> 'button_details' ->> 'reason' from pg_temp.overview('admin', 'dynamics') o), 'Closing.', 'with the error''s details');

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select is(pg_temp.shown('{active_status,active_triggered_by,button_message}'),
  '{"active_status": "pending", "active_triggered_by": "manual", "button_message": "sync_already_in_progress"}', 'a run that is on its way');
select sync_test.claim(run_id) from run;
create temporary table batch as select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 4) as b from run;
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (b ->> 'batch_id')::uuid, sync_test.results(b, 'rejected')) from run, batch;
select is(pg_temp.shown('{active_status,entries_total,entries_done,entries_failed,needs_decision}'),
  '{"active_status": "running", "entries_total": 10, "entries_done": 0, "entries_failed": 4, "needs_decision": 4}', 'its progress');
update public.sync_export_entries set conflict_at = now(), conflict_payload_hash = '', conflict_content = '{}'
where entry_key in ('entry 01', 'entry 10') and integration_id = sync_test.id('integration a');
select is(pg_temp.shown('{needs_decision}'), '{"needs_decision": 5}', 'an entry that is rejected and in conflict counts once');

update sync_scheduler.run_attempts set lease_expires_at = now();
select is(pg_temp.shown('{button_allowed}'), '{"button_allowed": true}', 'a dead run is in no caller''s way');
update public.sync_integrations set max_attempts = 1;
update sync_scheduler.run_attempts set settled_before = 4;
select is(pg_temp.shown('{button_message}'), '{"button_message": "rate_limited"}', 'unless it would fail by being revived: then the cooldown counts');
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'succeeded') from run;
select is((select pg_temp.shown('{active_run_id,last_run_id,last_run_status,last_run_entries_done,last_run_entries_failed,last_success_at,cooldown_until,button_message}')),
  jsonb_build_object('active_run_id', null, 'last_run_id', run_id, 'last_run_status', 'succeeded', 'last_run_entries_done', 0, 'last_run_entries_failed', 4, 'last_success_at', now(),
    'cooldown_until', now() + interval '1 hour', 'button_message', 'rate_limited'), 'a run that has ended') from run;
select is((select o -> 'button_message' from pg_temp.overview('service_role') o), 'null', 'a backend has no cooldown');

select sync_scheduler.raise_alert(i, 'drift', 'warning', now(), 'Late.') from public.sync_integrations i;
update public.sync_integrations set config = '{"url": "https://hooks.example/a"}';
insert into public.sync_vendor_incidents (integration_type, host, began_at, affected, message)
  select 'webhook', host, now(), 3, 'Down.' from unnest(array['hooks.example', 'others.example']) host;
select sync_scheduler.raise_alert(sync_test.vendor('webhook'), 'vendor_incident', 'critical', now(), 'Down.', '{"host": "hooks.example"}');
select sync_scheduler.raise_alert(sync_test.vendor('webhook'), 'vendor_incident', 'critical', now() - interval '1 hour', 'Down.', '{"host": "others.example"}');
select sync_scheduler.raise_alert(sync_test.vendor('xledger'), 'vendor_incident', 'critical', now(), 'Down.');
select is(pg_temp.shown('{open_alerts,incident_since}'), jsonb_build_object('open_alerts', 3, 'incident_since', now()), 'open alerts, the vendor''s too');
update public.sync_alerts set resolved_at = now();
update public.sync_vendor_incidents set ended_at = now();
select is(pg_temp.shown('{open_alerts,incident_since}'), '{"open_alerts": 0, "incident_since": null}', 'but none that is resolved');

-- The second attempt works; the first one fell silent.
update public.sync_integrations set manual_cooldown = '0 seconds', max_attempts = 5, retry_base = '0 seconds' where id = sync_test.id('integration a');
delete from public.sync_run_log;
truncate run;
insert into run select sync_test.trigger_as('coordinator');
select sync_test.claim(run_id) from run;
update sync_scheduler.run_attempts set lease_expires_at = now() - interval '1 minute';
select sync_scheduler.recover_runs();
select sync_scheduler.recover_runs();
select sync_test.claim(run_id, 2) from run;
select is(pg_temp.shown('{active_status,button_message}'), '{"active_status": "running", "button_message": "sync_already_in_progress"}',
  'of a run that works again, an attempt that is over says nothing');
-- A cancel waits for a worker that has fallen silent: the press ends that run, and is a new one.
update public.sync_integrations set manual_cooldown = '1 hour' where id = sync_test.id('integration a');
select public.cancel_integration_sync(run_id) from run;
update sync_scheduler.run_attempts set lease_expires_at = now() - interval '1 minute' where ended_at is null;
select is(pg_temp.shown('{button_message}'), '{"button_message": "rate_limited"}', 'a cancelled run is not revived, so the cooldown counts');

-- A function of the host that fails is no answer of the button.
create or replace function sync_scheduler.has_org_role(org_id uuid, roles public.sync_member_role[]) returns boolean language plpgsql as $$
begin
  return 1 / (cardinality(roles) - 2) > 0;
end
$$;
select throws_ok($$ select pg_temp.shown('{button_message}') $$, '22012', null, 'an error that is none of ours is raised');

select * from finish();
rollback;
