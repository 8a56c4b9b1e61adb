begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(16);

select sync_test.act_as('admin');
select is((select pause_reason from public.pause_integration_sync(sync_test.id('org a'), 'webhook', 'Closing the year',
  now() + interval '1 day')), 'Closing the year', 'an admin pauses with a reason and an end');
select sync_test.act_as('owner');
select pg_temp.make_due('integration a', pg_temp.hour());
select sync_scheduler.tick();
select results_eq($$ select * from pg_temp.slots('integration a') $$, $$ values (0, 'skipped', 'paused') $$,
  'a slot of a pause is recorded as skipped');

-- The pause ended half an hour after one slot and before another; the scheduler was away.
delete from public.sync_run_log;
update public.sync_integrations set paused_at = pg_temp.hour(4), resume_at = pg_temp.hour(3) + interval '30 minutes'
where id = sync_test.id('integration a');
select pg_temp.make_due('integration a', pg_temp.hour(5));
select sync_scheduler.start_due_runs();
select sync_scheduler.start_due_runs();
select results_eq($$ select hours_ago, reason from pg_temp.slots('integration a') $$,
  $$ values (5, 'coalesced'), (4, 'paused'), (3, 'paused'), (2, 'coalesced'), (1, 'coalesced'), (0, null) $$,
  'each slot is judged by the pause as it was then');
select sync_scheduler.tick();
select is((select paused_at from public.sync_integrations where id = sync_test.id('integration a')), null,
  'a pause ends by itself');
select is((select array_agg(action order by audit_id) from public.sync_audit_log), '{pause,pause_ended}',
  'and both are in the audit log');

insert into public.sync_alerts (org_id, integration_id, kind, severity, dedup_key, message)
values (sync_test.id('org b'), sync_test.id('integration b'), 'drift', 'warning', 'late', 'Late.');
update public.sync_integrations set enabled = false where id = sync_test.id('integration b');
select pg_temp.make_due('integration b', pg_temp.hour());
select sync_scheduler.tick();
select results_eq($$ select * from pg_temp.slots('integration b') $$, $$ values (0, 'skipped', 'disabled') $$,
  'a slot of an integration that is switched off is recorded too');
select isnt((select resolved_at from public.sync_alerts where dedup_key = 'late'), null,
  'the alert of a slot that it was late for is resolved');

select sync_test.act_as('outsider');
select public.pause_integration_sync(sync_test.id('org b'), 'webhook');
select is((select paused_at from public.resume_integration_sync(sync_test.id('org b'), 'webhook', 'Done')), null,
  'an admin resumes');
select lives_ok($$ select public.resume_integration_sync(sync_test.id('org b'), 'webhook') $$,
  'once more changes nothing');

-- A call names the pause that it is meant for.
create temporary table seen as
select paused_at from public.pause_integration_sync(sync_test.id('org b'), 'webhook', 'A newer pause');
create temporary table audited as select count(*) as n from public.sync_audit_log;
select is((select pause_reason from public.resume_integration_sync(sync_test.id('org b'), 'webhook',
  paused_at := (select paused_at - interval '1 microsecond' from seen))), 'A newer pause', 'another pause than that which is meant comes back');
select results_eq($$ select i.paused_at, (select count(*) from public.sync_audit_log) from public.sync_integrations i
    where i.id = sync_test.id('integration b') $$,
  'select s.paused_at, a.n from seen s, audited a', 'and stays, and nothing is written down');
select is((select paused_at from public.resume_integration_sync(sync_test.id('org b'), 'webhook',
  paused_at := (select paused_at from seen))), null, 'that which is meant ends');
select is((select count(*)::integer from public.sync_audit_log), (select n::integer + 1 from audited), 'and that is written down');
select is((select paused_at from public.resume_integration_sync(sync_test.id('org b'), 'webhook',
  paused_at := (select paused_at from seen))), null, 'without a pause it changes nothing');
select throws_ok(
  $$ select public.pause_integration_sync(sync_test.id('org b'), 'webhook', null, now()) $$,
  'PT422', 'invalid_resume_at', 'a pause has to end in the future');

-- Many pauses are over. But for one integration, a slot that fell into the pause has not been recorded.
select sync_test.act_as('owner');
with org as (insert into public.organizations (name) select 'Tenant ' || n from generate_series(1, 20) n returning id)
insert into public.sync_integrations (org_id, integration_type, schedule) select id, 'webhook', '0 * * * *' from org;
update public.sync_integrations set paused_at = pg_temp.hour(4), resume_at = pg_temp.hour(2), next_run_at = pg_temp.hour(3), next_tick_at = pg_temp.hour(3);
select pg_temp.make_due('integration b', pg_temp.hour(-1));
select sync_scheduler.end_pauses();
select results_eq('select id from public.sync_integrations where paused_at is null', $$ values (sync_test.id('integration b')) $$,
  'a pause ends when each of its slots is recorded, and not with the pause of another integration');

select * from finish();
rollback;
