begin;
\ir ../fixtures.psql
select plan(16);

create function pg_temp.withdraw(keys text[], reason text default 'A mistake.', org text default 'org a', type text default 'webhook')
returns jsonb language sql as $$ select public.withdraw_sync_entries(sync_test.id(org), type, keys, reason) $$;

select sync_test.act_as('anon');
select throws_ok($$ select pg_temp.withdraw('{entry 01}') $$, '42501', null, 'a caller who is not signed in may not');
select sync_test.act_as('coordinator');
select throws_ok($$ select pg_temp.withdraw('{entry 01}') $$, 'PT403', 'not_authorized', 'a coordinator may not');
select sync_test.act_as('outsider');
select throws_ok($$ select pg_temp.withdraw('{entry 01}') $$, 'PT403', 'not_authorized', 'an admin of another organisation may not');
select sync_test.act_as('admin');
select throws_ok($$ select pg_temp.withdraw('{entry 01}', repeat('x', 501)) $$, 'PT422', 'reason_too_long', 'the reason has 500 characters at most');
select throws_ok($$ select pg_temp.withdraw('{entry 01}', ' ') $$, 'PT422', 'reason_missing', 'and is not blank');
select throws_ok($$ select pg_temp.withdraw('{entry 01}', null) $$, 'PT422', 'reason_missing', 'or missing');
select throws_ok($$ select pg_temp.withdraw(null) $$, 'PT422', 'invalid_entries', 'no list is refused');
select throws_ok($$ select pg_temp.withdraw('{entry 01,null}') $$, 'PT422', 'invalid_entries', 'so is a key that is null');
select throws_ok($$ select pg_temp.withdraw('{{a,null},{c,d}}') $$, 'PT422', 'invalid_entries', 'also in lists within a list');
select is(jsonb_array_length(pg_temp.withdraw('{{a,b},{c,d}}') -> 'refused'), 4, 'which count as one list');
select throws_ok($$ select pg_temp.withdraw(array_fill('a'::text, '{10001}')) $$, 'PT422', 'invalid_entries', 'so are more than 10,000');
select throws_ok($$ select pg_temp.withdraw('{}', type => 'fax') $$, 'PT422', 'unknown_integration_type', 'so is an unknown type');
select throws_ok($$ select pg_temp.withdraw('{}', type => 'xledger') $$, 'PT404', 'integration_not_found',
  'and an integration that is not connected');
select is(pg_temp.withdraw('{}'), '{"withdrawn": 0, "refused": []}', 'an empty list withdraws nothing');
select is(pg_temp.withdraw('{no such key}'),
  '{"withdrawn": 0, "refused": [{"entry_key": "no such key", "state": null, "reason": "There is no entry of this key."}]}',
  'a key that does not exist is refused by name');
select sync_test.act_as('owner');
select is((select count(*) from public.sync_audit_log), 0::bigint, 'what withdraws nothing leaves no record');

select * from finish();
rollback;
