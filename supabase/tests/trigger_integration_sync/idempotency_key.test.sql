begin;
\ir ../fixtures.psql
select plan(7);

create temporary table run as select sync_test.trigger_as('coordinator', 'press 1') as run_id;
select is(sync_test.trigger_as('coordinator', 'press 1'), (select run_id from run), 'the same key returns the same run');
select is(sync_test.trigger_as('admin', 'press 1'), (select run_id from run), 'also to a colleague');

select sync_scheduler.finish_run(r, 'succeeded') from public.sync_run_log r join run using (run_id);
select is(sync_test.trigger_as('coordinator', 'press 1'), (select run_id from run), 'also when the run has ended');
select is((select count(*)::int from public.sync_run_log), 1, 'no second run came of it');

insert into public.sync_integrations (org_id, integration_type) values (sync_test.id('org a'), 'xledger');
select sync_test.act_as('coordinator');
select throws_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org a'), 'xledger', 'press 1') $$,
  'PT409', 'idempotency_key_reused', 'a key of another integration is refused');
select throws_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org a'), 'webhook', '  ') $$,
  'PT422', 'invalid_idempotency_key', 'a blank key is refused');
select throws_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org a'), 'webhook', repeat('x', 201)) $$,
  'PT422', 'invalid_idempotency_key', 'a long key is refused');

select * from finish();
rollback;
