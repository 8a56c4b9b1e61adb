begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(9);

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
select pg_temp.make_due('integration a', pg_temp.hour(4));
select sync_scheduler.start_due_runs();
select sync_scheduler.start_due_runs();
select results_eq($$ select hours_ago, reason from pg_temp.slots('integration a') $$,
  $$ values (4, 'paused'), (3, 'paused'), (2, 'coalesced'), (1, 'coalesced'), (0, null) $$,
  'each slot is judged by the pause as it was then');
select sync_scheduler.tick();
select is((select paused_at from public.sync_integrations where id = sync_test.id('integration a')), null,
  'a pause ends by itself');
select is((select array_agg(action order by audit_id) from public.sync_audit_log), '{pause,pause_ended}',
  'and both are in the audit log');

update public.sync_integrations set enabled = false where id = sync_test.id('integration b');
select pg_temp.make_due('integration b', pg_temp.hour());
select sync_scheduler.tick();
select results_eq($$ select * from pg_temp.slots('integration b') $$, $$ values (0, 'skipped', 'disabled') $$,
  'a slot of an integration that is switched off is recorded too');

select sync_test.act_as('outsider');
select public.pause_integration_sync(sync_test.id('org b'), 'webhook');
select is((select paused_at from public.resume_integration_sync(sync_test.id('org b'), 'webhook', 'Done')), null,
  'an admin resumes');
select lives_ok($$ select public.resume_integration_sync(sync_test.id('org b'), 'webhook') $$,
  'once more changes nothing');
select throws_ok(
  $$ select public.pause_integration_sync(sync_test.id('org b'), 'webhook', null, now()) $$,
  'PT422', 'invalid_resume_at', 'a pause has to end in the future');

select * from finish();
rollback;
