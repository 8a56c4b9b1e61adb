begin;
\ir ../fixtures.psql
select plan(6);

select sync_test.act_as('coordinator');
create temporary table run as
  select * from public.trigger_integration_sync(sync_test.id('org a'), 'webhook');
select sync_test.act_as('owner');

select results_eq(
  $$ select status::text, triggered_by::text, triggered_by_user_id, org_id, attempt from run $$,
  $$ values ('pending', 'manual', sync_test.id('coordinator'), sync_test.id('org a'), 1) $$,
  'the call returns a pending manual run of the caller');
select results_eq('select * from run', 'select * from public.sync_run_log', 'the returned row is the logged row');
select results_eq(
  $$ select (convert_from(body, 'UTF8')::jsonb) - 'token', url from net.http_request_queue $$,
  $$ select jsonb_build_object('kind', 'run', 'run_id', run_id, 'attempt', 1),
       'http://127.0.0.1:9/functions/v1/integration-sync' from run $$,
  'the attempt is queued for the function in the same transaction');
select is(
  (select token_hash from sync_scheduler.run_attempts),
  sha256(convert_to(sync_test.token((select run_id from run)), 'UTF8')),
  'only the hash of the token is stored');
select ok(length(sync_test.token((select run_id from run))) >= 64, 'the token is long');
select is((select lease_expires_at - dispatched_at from sync_scheduler.run_attempts), interval '30 seconds',
  'an unclaimed attempt is due again after the claim time-out');

select * from finish();
rollback;
