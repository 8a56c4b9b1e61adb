begin;
\ir ../fixtures.psql
select plan(7);
create function pg_temp.rows() returns integer language sql as $$ select count(*)::integer from public.sync_overview(sync_test.id('org a')) $$;

select is(pg_temp.rows(), 1, 'the host itself may');
select sync_test.act_as('nobody');
select throws_ok('select pg_temp.rows()', 'PT401', 'not_authenticated', 'a caller without claims may not');
select sync_test.act_as('outsider');
select throws_ok('select pg_temp.rows()', 'PT403', 'not_authorized', 'another organisation may not');
select throws_ok($$ select public.sync_overview(sync_test.id('org none')) $$, 'PT403', 'not_authorized', 'nor may anyone one that does not exist');
select sync_test.act_as('anon');
select throws_ok('select pg_temp.rows()', '42501', null, 'anon may not even ask');
select sync_test.act_as('viewer');
select is(pg_temp.rows(), 1, 'a viewer sees the organisation''s integrations alone');
select sync_test.act_as('service_role');
select is(pg_temp.rows(), 1, 'and so does the service role');

select * from finish();
rollback;
