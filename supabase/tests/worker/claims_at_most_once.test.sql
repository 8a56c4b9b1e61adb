begin;
\ir ../fixtures.psql
select plan(12);

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
create temporary table other as
  select run_id from sync_scheduler.start_run(
    (select i from public.sync_integrations i where i.id = sync_test.id('integration b')), 'api');
prepare untouched as
  select status::text, attempt, version from public.sync_run_log join run using (run_id);

select throws_ok(
  $$ select public.sync_worker_claim(run_id, 1, repeat('0', 64), gen_random_uuid(), 1, true) from run $$,
  'PT401', 'invalid_token', 'a forged token is refused');
select throws_ok(
  $$ select public.sync_worker_claim(run_id, 1, null, gen_random_uuid(), 1, true) from run $$,
  'PT401', 'invalid_token', 'no token is a forged token');
select throws_ok(
  $$ select public.sync_worker_claim(run.run_id, 1, sync_test.token(other.run_id), gen_random_uuid(), 1, true)
     from run, other $$,
  'PT401', 'invalid_token', 'the token of another run is refused');
select throws_ok(
  $$ select public.sync_worker_claim(run_id, 2, sync_test.token(run_id), gen_random_uuid(), 1, true) from run $$,
  'PT401', 'invalid_token', 'the token of another attempt is refused');
select throws_ok(
  $$ select public.sync_worker_claim(gen_random_uuid(), 1, sync_test.token(run_id), gen_random_uuid(), 1, true) from run $$,
  'PT401', 'invalid_token', 'a run that does not exist gets the same answer');
select results_eq('untouched', $$ values ('pending', 1, 1::bigint) $$, 'none of them changed the run');

create temporary table late as select sync_test.token(run_id) as token from run;
update sync_scheduler.run_attempts set lease_expires_at = now();
select sync_scheduler.recover_runs();
select throws_ok(
  $$ select public.sync_worker_claim(run_id, 1, token, gen_random_uuid(), 1, true) from run, late $$,
  'PT401', 'invalid_token', 'a request that arrives after it was repeated is worthless');

select is((select sync_test.claim(run_id, cold => true) ->> 'integration_type' from run), 'webhook', 'the newest token claims');
select results_eq(
  'select status::text, started_at is not null, entries_total from public.sync_run_log join run using (run_id)',
  $$ values ('running', true, 10) $$, 'the run is running and knows how much there is to do');
select throws_ok('select sync_test.claim(run_id) from run', 'PT409', 'already_claimed', 'a second delivery is refused');
select results_eq(
  'select boot_id, boot_ms, cold_start from sync_scheduler.run_attempts join run using (run_id)',
  $$ values (sync_test.id('boot'), 25::numeric, true) $$, 'the boot is logged');
select public.sync_worker_claim(run_id, 1, sync_test.token(run_id), sync_test.id('boot'), 'NaN', null) from other;
select is((select boot_ms from sync_scheduler.run_attempts join other using (run_id)), 3600000::numeric,
  'a boot that was measured wrongly is no reason not to start, and spoils no statistics');

select * from finish();
rollback;
