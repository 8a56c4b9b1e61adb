begin;
\ir ../fixtures.psql
select plan(15);

select sync_test.trigger_as('coordinator');
create function pg_temp.seen() returns bigint[] language sql as $$
  select array[
    (select count(*) from public.organizations), (select count(*) from public.organization_members),
    (select count(*) from public.sync_integrations), (select count(*) from public.sync_run_log),
    (select count(*) from public.sync_export_entries), (select count(*) from public.sync_integration_types)]
$$;

select sync_test.act_as('viewer');
select is(pg_temp.seen(), array[1, 3, 1, 1, 10, 3]::bigint[], 'a viewer sees the rows of the organisation');
select sync_test.act_as('coordinator');
select is(pg_temp.seen(), array[1, 3, 1, 1, 10, 3]::bigint[], 'a coordinator sees the same');
select sync_test.act_as('outsider');
select is(pg_temp.seen(), array[1, 1, 1, 0, 10, 3]::bigint[], 'an outsider sees the own organisation alone');
select sync_test.act_as('stranger');
select is(pg_temp.seen(), array[0, 0, 0, 0, 0, 3]::bigint[], 'a stranger sees nothing');
select sync_test.act_as('anon');
select throws_ok('select from public.sync_run_log', '42501', null, 'anon may not even ask');
select sync_test.act_as('service_role');
select is(pg_temp.seen(), array[2, 4, 2, 1, 20, 3]::bigint[], 'the service role sees all');

select sync_test.act_as('admin');
select throws_ok($$ insert into public.organization_members values (sync_test.id('org b'), sync_test.id('admin'), 'admin') $$,
  '42501', null, 'no member joins another organisation');
select throws_ok($$ update public.sync_integrations set enabled = true $$, '42501', null,
  'not even an admin writes an integration directly');
select throws_ok($$ update public.sync_run_log set status = 'succeeded' $$, '42501', null, 'or a run');
select throws_ok($$ delete from public.sync_export_entries $$, '42501', null, 'or an entry');
select throws_ok($$ select sync_scheduler.has_org_role(null, null) $$, '42501', null,
  'the private schema is out of reach');
select sync_test.act_as('service_role');
select throws_ok($$ update public.sync_export_entries set state = 'pending' $$, '42501', null,
  'the service role never rewinds an entry');
select throws_ok($$ insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
  values (sync_test.id('integration a'), 'entry 11', '2026-10', 'B-11', '{}') $$, '42501', null,
  'nor does it write one past the door, add_sync_entries');
select throws_ok($$ insert into public.sync_integrations (org_id, integration_type) values (sync_test.id('org a'), 'dynamics') $$,
  '42501', null, 'nor does it make an integration');
select throws_ok($$ update public.sync_integrations set config = '{"url": "https://evil.example"}' $$, '42501', null, 'or turn it elsewhere');

select * from finish();
rollback;
