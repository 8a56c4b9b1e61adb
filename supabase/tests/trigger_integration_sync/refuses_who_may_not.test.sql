begin;
\ir ../fixtures.psql
select plan(12);

prepare press as select public.trigger_integration_sync(sync_test.id('org a'), 'webhook');

select sync_test.act_as('viewer');
select throws_ok('press', 'PT403', 'not_authorized', 'a viewer is refused');
select sync_test.act_as('outsider');
select throws_ok('press', 'PT403', 'not_authorized', 'an admin of another organisation is refused');
select sync_test.act_as('stranger');
select throws_ok('press', 'PT403', 'not_authorized', 'a stranger is refused');
select throws_ok(
  $$ select public.trigger_integration_sync(gen_random_uuid(), 'webhook') $$,
  'PT403', 'not_authorized', 'an organisation that does not exist gets the same answer');
select throws_ok(
  $$ select public.trigger_integration_sync(null, null) $$,
  'PT403', 'not_authorized', 'so do nulls');

select sync_test.act_as('anon');
select throws_ok('press', '42501', null, 'anon has no right to execute it');

select sync_test.act_as('coordinator');
select set_config('request.jwt.claims',
  jsonb_build_object('role', 'authenticated', 'sub', sync_test.id('coordinator'), 'is_anonymous', true)::text, true);
select throws_ok('press', 'PT401', 'not_authenticated', 'an anonymous sign-in is refused');
select set_config('request.jwt.claims', '{"role": "authenticated"}', true);
select throws_ok('press', 'PT401', 'not_authenticated', 'a token without a user is refused');
select set_config('request.jwt.claims', '', true);
select throws_ok('press', 'PT401', 'not_authenticated', 'no token at all is refused');

select sync_test.act_as('owner');
select is_empty('select * from public.sync_run_log', 'no refusal left a run');
select is_empty('select * from net.http_request_queue where url like ''%:9/%''', 'no refusal left a request');

select sync_test.act_as('admin');
select lives_ok('press', 'an admin may');

select * from finish();
rollback;
