begin;
\ir ../fixtures.psql
select plan(13);

create function pg_temp.entry(key text) returns public.sync_export_entries language sql as $$
  select e from public.sync_export_entries e
  where integration_id = sync_test.id('integration a') and entry_key = key
$$;
create function pg_temp.change(key text, assignments text) returns void language plpgsql as $$
begin
  execute format('update public.sync_export_entries set %s where integration_id = %L and entry_key = %L',
    assignments, sync_test.id('integration a'), key);
end
$$;

select is((pg_temp.entry('entry 01')).payload_hash,
  sha256(convert_to('["2026-10", "B-1", {"amount": "1.50"}]', 'UTF8')), 'an entry has the hash of its content');
select lives_ok($$ select pg_temp.change('entry 01', 'payload = ''{"amount": 1.0}''') $$, 'while it waits it may change');
select is((pg_temp.entry('entry 01')).payload_hash,
  sha256(convert_to('["2026-10", "B-1", {"amount": 1.0}]', 'UTF8')), 'and its hash with it');
select lives_ok($$ select pg_temp.change('entry 01', 'payload_hash = ''forged''') $$, 'a hash that is given');
select is((pg_temp.entry('entry 01')).payload_hash,
  sha256(convert_to('["2026-10", "B-1", {"amount": 1.0}]', 'UTF8')), 'is computed all the same');

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select sync_test.claim(run_id) from run;
select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 2) from run;
select throws_ok($$ select pg_temp.change('entry 01', 'payload = ''{"amount": 1.00}''') $$, 'PT409', 'entry_is_sent',
  'once it is sent not even a digit changes that jsonb takes for equal');
select throws_ok($$ select pg_temp.change('entry 01', 'period = ''2026-11''') $$, 'PT409', 'entry_is_sent', 'nor the period');
select throws_ok($$ select pg_temp.change('entry 01', 'document_number = ''X''') $$, 'PT409', 'entry_is_sent',
  'nor the document number');
select throws_ok($$ select pg_temp.change('entry 01', 'entry_key = ''X''') $$, 'PT409', 'entry_is_sent', 'nor the key');
select lives_ok($$ select pg_temp.change('entry 01', 'payload = ''{"amount":   1.0}''') $$,
  'the same content is no change');

select pg_temp.change('entry 01', $$ state = 'exported', exported_at = now() $$);
select throws_ok($$ select pg_temp.change('entry 01', 'state = ''pending'', exported_at = null, batch_id = null') $$,
  'PT409', 'entry_is_sent', 'what was exported is never to be sent again');
select throws_ok(
  $$ select pg_temp.change('entry 02', 'state = ''pending'', batch_id = null, document_number = ''X''') $$,
  'PT409', 'entry_is_sent', 'nor does anything change on its way back');
select throws_ok($$ select pg_temp.change('entry 02', 'state = ''pending''') $$, '23514', null,
  'where it waits for a batch of its own');

select * from finish();
rollback;
