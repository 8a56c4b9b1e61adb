-- A host grants by mistake what it should not: the function refuses all the same.
begin;
\ir ../fixtures.psql
select plan(7);
create function pg_temp.add(entries jsonb) returns jsonb language sql as $$
  select public.add_sync_entries(sync_test.id('org a'), 'webhook', entries)
$$;
create function pg_temp.delivery() returns jsonb language sql as $$
  select '[{"entry_key": "new", "period": "2026-10", "document_number": "B-11", "payload": {"amount": "1"}}]'::jsonb
$$;
create function public.sync_test_deliver() returns jsonb language sql security definer as $$ select pg_temp.add(pg_temp.delivery()) $$;
create function pg_temp.stored() returns integer language sql security definer as $$
  select count(*)::integer from public.sync_export_entries where entry_key = 'new'
$$;

-- Without the grant Postgres refuses the person. A function of the host delivers for each caller of its own.
select sync_test.act_as('viewer');
select is(public.sync_test_deliver() -> 'added', '1', 'a definer function of the host delivers in a person''s request');
select sync_test.act_as('owner');
delete from public.sync_export_entries where entry_key = 'new';

grant execute on function public.add_sync_entries(uuid, text, jsonb, boolean, boolean) to authenticated, anon;
select sync_test.act_as('admin');
select throws_ok($$ select pg_temp.add(pg_temp.delivery()) $$, 'PT403', 'not_authorized', 'an admin with a grant delivers no entries');
select throws_ok($$ select pg_temp.add('{}') $$, 'PT403', 'not_authorized', 'and learns nothing about the arguments');
select sync_test.act_as('anon');
select throws_ok($$ select pg_temp.add(pg_temp.delivery()) $$, 'PT403', 'not_authorized', 'nor does a caller who is not signed in');
select sync_test.act_as('nobody');
select throws_ok($$ select pg_temp.add(pg_temp.delivery()) $$, 'PT403', 'not_authorized', 'nor does one without claims');
select is(pg_temp.stored(), 0, 'nothing is stored');
select sync_test.act_as('service_role');
select is(pg_temp.add(pg_temp.delivery()) -> 'added', '1', 'the service role delivers');

select * from finish();
rollback;
