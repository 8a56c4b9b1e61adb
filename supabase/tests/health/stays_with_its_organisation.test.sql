begin;
\ir ../fixtures.psql
select plan(10);

create function pg_temp.seen() returns bigint language sql as $$ select count(*) from public.sync_integration_health $$;
select sync_test.act_as('viewer');
select results_eq('select org_id from public.sync_integration_health', $$ values (sync_test.id('org a')) $$,
  'a member sees the integrations of the organisation');
select sync_test.act_as('outsider');
select results_eq('select org_id from public.sync_integration_health', $$ values (sync_test.id('org b')) $$,
  'an outsider the own alone');
select sync_test.act_as('stranger');
select is(pg_temp.seen(), 0::bigint, 'a stranger none');
select sync_test.act_as('anon');
select throws_ok('select from public.sync_integration_health', '42501', null, 'anon may not ask');
select sync_test.act_as('service_role');
select is(pg_temp.seen(), 2::bigint, 'the service role sees all');
select throws_ok($$ update public.sync_integration_health set status = 'healthy' $$, '42501', null, 'but writes none');
select public.connect_integration(sync_test.id('org a'), 'xledger', '{}');
select is(pg_temp.seen(), 3::bigint, 'an integration that it connects gets its row');
select sync_test.act_as('admin');
select throws_ok($$ update public.sync_integration_health set status = 'healthy' $$, '42501', null, 'no admin writes one');
select sync_test.act_as('owner');
select is((select count(*)::integer from pg_publication_tables
  where pubname = 'supabase_realtime' and tablename = 'sync_integration_health'), 1, 'Realtime publishes them');
delete from public.sync_integrations where org_id = sync_test.id('org a');
select is(pg_temp.seen(), 1::bigint, 'a row goes with its integration');

select * from finish();
rollback;
