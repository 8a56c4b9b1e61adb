-- A session of the host that has a person's claims acts as that person, also without a `set role`.
begin;
\ir ../fixtures.psql
select plan(4);

prepare press as select public.trigger_integration_sync(sync_test.id('org a'), 'webhook');
select sync_test.act_as('owner');
select set_config('request.jwt.claims', jsonb_build_object('role', 'authenticated', 'sub', sync_test.id('viewer'))::text, true);
select throws_ok('press', 'PT403', 'not_authorized', 'a viewer may not press');
select set_config('request.jwt.claims', '', true);
select set_config('request.jwt.claim.sub', sync_test.id('viewer')::text, true);
select throws_ok('press', 'PT403', 'not_authorized', 'nor with the claims of PostgREST before version 9');
select set_config('request.jwt.claim.sub', '', true);
select lives_ok('press', 'without claims the session is the host');
select is((select triggered_by::text from public.sync_run_log), 'api', 'and no person has pressed');

select * from finish();
rollback;
