begin;
\ir ../fixtures.psql
\ir ../alert_webhook.psql
select plan(18);

create function pg_temp.me() returns uuid language sql as $$ select sync_test.id('admin') $$;
create function pg_temp.nil() returns uuid language sql as $$ select '00000000-0000-0000-0000-000000000000'::uuid $$;
-- All that a person leaves behind.
select pg_temp.configure('{"url": "https://hooks.slack.com/x", "finished_runs": true}');
create temporary table run as select sync_test.trigger_as('admin') as run_id;
grant select on run to authenticated;
select sync_test.act_as('admin');
select public.cancel_integration_sync(run_id, 'I, Ola Nordmann, want it.') from run;
select public.pause_integration_sync(sync_test.id('org a'), 'webhook', 'Ola was ill.');
select sync_test.act_as('service_role');
select public.resume_integration_sync(sync_test.id('org a'), 'webhook');
select sync_test.act_as('admin');
select public.pause_integration_sync(sync_test.id('org a'), 'webhook', 'Ola is away.', now() + interval '1 hour');
select sync_test.act_as('owner');
update public.sync_integrations set paused_at = now() - interval '2 hours', resume_at = now() - interval '1 hour' where paused_at is not null;
select sync_scheduler.tick();
select sync_test.act_as('admin');
select public.pause_integration_sync(sync_test.id('org a'), 'webhook', 'Ola is ill.');
select sync_test.act_as('owner');
update public.sync_export_entries set state = 'rejected', error_message = 'No.' where entry_key = 'entry 01';
select sync_test.act_as('admin');
select public.settle_sync_entries(sync_test.id('org a'), 'webhook', '[{"entry_key": "entry 01", "resolution": "abandon"}]', 'Ola says no.');
select public.withdraw_sync_entries(sync_test.id('org a'), 'webhook', '{"entry 02"}', 'Ola was wrong.');
select public.withdraw_sync_entries(sync_test.id('org a'), 'webhook', '{"entry 04"}', 'Duplicate');
select sync_test.act_as('owner');
update public.sync_export_entries set state = 'rejected', error_message = 'Duplicate' where entry_key = 'entry 03';
insert into public.sync_alerts (org_id, kind, severity, dedup_key, message, acknowledged_by, acknowledged_at)
values (sync_test.id('org a'), 'run_failed', 'critical', 'x', 'A sync failed.', pg_temp.me(), now());
select throws_ok($$ update public.sync_run_log set cancel_reason = null where run_id = (select run_id from run) $$, 'PT409', 'run_is_final',
  'a final run does not change');

-- Of the person or their words, in any table.
create function pg_temp.traces() returns text[] language plpgsql as $$
declare
  t regclass;
  found_in boolean;
  traces text[] := '{}';
begin
  for t in select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname in ('public', 'sync_scheduler', 'net', 'cron') and c.relname <> 'organization_members' loop
    execute format('select exists (select from %s t where t::text like $1 or t::text like $2)', t)
    into found_in using '%Ola%', '%' || pg_temp.me() || '%';
    traces := case when found_in then traces || t::text else traces end;
  end loop;
  return traces;
end
$$;
select set_has($$ select unnest(pg_temp.traces()) $$, $$ values ('sync_run_log'), ('sync_audit_log'), ('sync_integrations'),
  ('sync_export_entries'), ('sync_scheduler.alert_messages'), ('sync_alerts') $$, 'this person has left traces');

insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by, requested_by)
select sync_test.id('integration a'), timestamptz '2026-11-01' + n * interval '1 hour', 'backfill', sync_test.id(who)
from (values (1, 'admin'), (2, 'coordinator')) v (n, who);
create temporary table before as
  select r.run_id, to_jsonb(r) - '{triggered_by_user_id,cancel_requested_by,cancel_reason,version}'::text[] as content
  from public.sync_run_log r join run using (run_id);
select ok((sync_scheduler.erase_person(pg_temp.me()) @> '{"runs": 1, "entries": 3, "integrations": 1, "alerts": 1}'), 'it says what it changed');
select results_eq($$ select triggered_by_user_id, cancel_requested_by, cancel_reason from public.sync_run_log join run using (run_id) $$,
  $$ values (pg_temp.nil(), pg_temp.nil(), null::text) $$, 'a final run forgets who pressed, who cancelled, and why');
select results_eq($$ select to_jsonb(r) - '{triggered_by_user_id,cancel_requested_by,cancel_reason,version}'::text[]
  from public.sync_run_log r join run using (run_id) $$, 'select content from before', 'and nothing else of it changes');
select is((select count(*)::integer from public.sync_audit_log where actor_id = pg_temp.me() or reason is not null), 0, 'the audit log, too');
select is((select count(*)::integer from public.sync_audit_log where actor_id = pg_temp.nil()), 7, 'which keeps that a person acted');
select results_eq($$ select paused_by, pause_reason from public.sync_integrations where id = sync_test.id('integration a') $$,
  $$ values (pg_temp.nil(), null::text) $$, 'and a pause, which goes on');
select is((select error_message from public.sync_export_entries where integration_id = sync_test.id('integration a') and entry_key = 'entry 01'),
  null, 'and the reason on an entry');
select is((select error_message from public.sync_export_entries where integration_id = sync_test.id('integration a') and entry_key = 'entry 02'),
  null, 'also on one that was withdrawn');
select is((select error_message from public.sync_export_entries where integration_id = sync_test.id('integration a') and entry_key = 'entry 03'),
  'Duplicate', 'but not what the external system says of another in the same words');
select is((select acknowledged_by from public.sync_alerts where dedup_key = 'x'), pg_temp.nil(), 'and who has seen to an alert');
select results_eq($$ select requested_by from sync_scheduler.queued_slots order by scheduled_for $$,
  $$ values (pg_temp.nil()), (sync_test.id('coordinator')) $$, 'and who has asked for a slot, not another person');
select is((select count(*)::integer from sync_scheduler.alert_messages where body::text like '%' || pg_temp.me() || '%'), 0, 'and messages');
select is(pg_temp.traces(), '{}', 'no table has a trace of them');
select ok((sync_scheduler.erase_person(pg_temp.me()) @> '{"runs": 0, "entries": 0, "audit_log": 0, "integrations": 0, "alerts": 0, "messages": 0}'),
  'again it changes nothing');
select throws_ok($$ update public.sync_run_log set cancel_reason = null where run_id = (select run_id from run) $$, 'PT409', 'run_is_final',
  'after it a final run is as final as before');
select set_config('sync_scheduler.erases_person', 'on', true);
select throws_ok($$ update public.sync_run_log set error_message = 'x' where run_id = (select run_id from run) $$, 'PT409', 'run_is_final',
  'and the erasure opens no other column');

select * from finish();
rollback;
