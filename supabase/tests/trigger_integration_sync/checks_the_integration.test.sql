begin;
\ir ../fixtures.psql
select plan(10);

select sync_test.act_as('coordinator');
select throws_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org a'), 'sap') $$,
  'PT422', 'unknown_integration_type', 'an unknown type is refused');
select throws_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org a'), null) $$,
  'PT422', 'unknown_integration_type', 'no type is an unknown type');
select throws_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org a'), 'webhook''; drop table public.sync_run_log; --') $$,
  'PT422', 'unknown_integration_type', 'SQL in the type is an unknown type');
select throws_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org a'), repeat('x', 1048576)) $$,
  'PT422', 'unknown_integration_type', 'a megabyte is an unknown type');
select throws_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org a'), 'xledger') $$,
  'PT404', 'integration_not_found', 'a type that is not connected is refused');

select sync_test.act_as('owner');
update public.sync_integrations set enabled = false;
select sync_test.act_as('coordinator');
select throws_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org a'), 'webhook') $$,
  'PT409', 'integration_disabled', 'a disabled integration is refused');

select sync_test.act_as('owner');
update public.sync_integrations
set enabled = true, paused_at = now(), pause_reason = 'Year end', resume_at = now() + interval '1 second';
select sync_test.act_as('coordinator');
select throws_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org a'), 'webhook') $$,
  'PT409', 'integration_paused', 'a paused integration is refused');
select sync_test.act_as('owner');
update public.sync_integrations set resume_at = null;
select sync_test.act_as('coordinator');
select throws_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org a'), 'webhook') $$,
  'PT409', 'integration_paused', 'a pause without an end is a pause');
select sync_test.act_as('owner');
update public.sync_integrations set resume_at = now();
update sync_scheduler.settings set function_url = null;
select sync_test.act_as('coordinator');
select throws_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org a'), 'webhook') $$,
  'PT503', 'function_url_not_configured', 'an installation without a function URL says so');
select sync_test.act_as('owner');
update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/';
select sync_test.act_as('coordinator');
select lives_ok(
  $$ select public.trigger_integration_sync(sync_test.id('org a'), 'webhook') $$,
  'a pause ends by itself at resume_at');

select * from finish();
rollback;
