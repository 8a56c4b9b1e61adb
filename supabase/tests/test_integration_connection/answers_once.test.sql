begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
select plan(25);

update public.sync_integrations set config = '{"url": "https://example.test/hook"}' where id = sync_test.id('integration a');
select sync_scheduler.store_credentials(i, '{"signing_secret": "whsec_c2VjcmV0"}') from public.sync_integrations i
where i.id = sync_test.id('integration a');
select pg_temp.check_as('coordinator');
create temporary table token as select pg_temp.check_token() as token;
grant select on token to service_role, authenticated;
create temporary table untouched as select * from sync_scheduler.connection_checks;

prepare claim as select pg_temp.claim(token) from token;
create function pg_temp.finish_with(of_token text) returns jsonb language sql as $$
  select public.sync_worker_finish_probe(sync_test.id('integration a'), of_token, 'answered', latency_ms => 31.6)
$$;
grant execute on function pg_temp.finish_with(text) to service_role, authenticated;

select sync_test.act_as('service_role');
select throws_ok($$ select pg_temp.claim(repeat('0', 64)) $$,
  'PT401', 'invalid_token', 'a forged token claims nothing');
select throws_ok($$ select pg_temp.claim(token, 'integration b') from token $$,
  'PT401', 'invalid_token', 'nor does a token of another integration');
select throws_ok($$ select pg_temp.claim(null) $$,
  'PT401', 'invalid_token', 'nor none');
select throws_ok($$ select pg_temp.finish_with(token) from token $$, 'PT401', 'invalid_token', 'what is not claimed is not answered');
select sync_test.act_as('admin');
select throws_ok('execute claim', '42501', null, 'it is for the function alone');
select throws_ok($$ select pg_temp.finish_with(token) from token $$, '42501', null, 'claim and end');
select sync_test.act_as('owner');
select results_eq('select * from sync_scheduler.connection_checks', 'select * from untouched', 'none of them changed anything');

select sync_test.act_as('service_role');
select results_eq('execute claim', $$ values (jsonb_build_object(
    'org_id', sync_test.id('org a'), 'integration_id', sync_test.id('integration a'), 'integration_type', 'webhook',
    'config', '{"url": "https://example.test/hook"}'::jsonb, 'credentials', '{"signing_secret": "whsec_c2VjcmV0"}'::jsonb,
    'address', '{"url": "https://example.test/hook"}'::jsonb, 'credentials_needed', null, 'timeout_seconds', 15)) $$, 'the function gets what it needs');
select throws_ok('execute claim', 'PT409', 'already_claimed', 'once');
select throws_ok($$ select pg_temp.finish_with(repeat('0', 64)) $$, 'PT401', 'invalid_token', 'a forged answer is refused');
select throws_ok(format($$ select public.sync_worker_finish_probe(sync_test.id('integration a'), token, %L, %L, %L, %L, %L) from token $$,
    outcome, class, code, message, latency), 'PT422', 'invalid_worker_request', 'so is an answer with ' || what)
from (values ('well', null, null, 'x', null, 'an unknown outcome'), ('failed', null, null, 'x', null, 'a failure without a class'),
  ('failed', 'fatal', 'x', 'x', null, 'an unknown class'), ('answered', 'permanent', null, 'x', null, 'a class and no failure'),
  ('failed', 'permanent', null, 'x', null, 'a failure without a code'), ('failed', 'permanent', 'x', null, null, 'a failure without words'),
  ('answered', null, null, 'x', '-1', 'a latency below zero')) v (outcome, class, code, message, latency, what);
select sync_test.act_as('owner');
select is(pg_temp.health(), 'unknown', 'still nothing is known');

select sync_test.act_as('service_role');
select is(pg_temp.finish_with(token), '{"recorded": true}', 'the answer is recorded') from token;
select is(pg_temp.finish_with(token), '{"recorded": false}', 'once') from token;
select throws_ok('execute claim', 'PT409', 'attempt_not_current', 'a replay claims nothing');
select sync_test.act_as('owner');
select results_eq($$ select status::text, latency_ms, checked_at > check_requested_at from public.sync_integration_health
  where integration_id = sync_test.id('integration a') $$, $$ values ('healthy', 32, true) $$, 'and is in the health');

select pg_temp.age_check();
select pg_temp.check_as('coordinator');
select sync_test.act_as('service_role');
select throws_ok('execute claim', 'PT401', 'invalid_token', 'the next check makes the token of the last worthless');
select throws_ok($$ select pg_temp.finish_with(token) from token $$, 'PT401', 'invalid_token', 'so a late answer changes nothing');

select sync_test.act_as('owner');
select sync_scheduler.post_checks(array[sync_test.id('integration b')]);
create temporary table other as select ctid as place from public.sync_integration_health where integration_id = sync_test.id('integration b');
select sync_scheduler.post_checks(array[sync_test.id('integration a')]);
select is((select ctid::text from public.sync_integration_health where integration_id = sync_test.id('integration b')), place::text,
  'a check writes no row of another integration') from other;

select * from finish();
rollback;
