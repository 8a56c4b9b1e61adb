-- A batch is repeated where it was sent: another address waits until nothing is open.
begin;
\ir ../fixtures.psql
select plan(10);
update public.sync_integrations set config = '{"url": "https://a.example"}' where id = sync_test.id('integration a');

create function pg_temp.move(config jsonb) returns jsonb language plpgsql as $$
declare
  detail text;
begin
  perform sync_test.act_as('admin');
  perform public.connect_integration(sync_test.id('org a'), 'webhook', config);
  perform sync_test.act_as('owner');
  return null;
exception when sqlstate 'PT409' then
  get stacked diagnostics detail = pg_exception_detail;
  perform sync_test.act_as('owner');
  return jsonb_build_object(sqlerrm, detail::jsonb);
end
$$;
create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
create function pg_temp.reserve(number integer, size integer) returns jsonb language sql as $$
  select public.sync_worker_reserve_entries(run_id, number, sync_test.token(run_id), size) from run
$$;

select sync_test.claim(run_id) from run;
select is(pg_temp.move('{"url": "https://b.example"}'), null, 'before the first batch the address may change');
select is(pg_temp.reserve(1, 2) - 'entries' @> '{"batch_id": null, "paused": true}', true, 'the worker with the old one gets nothing more');
select is((select count(*)::integer from public.sync_export_entries where state = 'sending'), 0, 'nothing is being sent');
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'paused') from run;
select results_eq($$ select status::text, attempt from public.sync_run_log join run using (run_id) $$, $$ values ('pending', 2) $$,
  'its run goes on at once, without an attempt that is burnt');
select is((select sync_test.claim(run_id, 2) -> 'config' ->> 'url' from run), 'https://b.example', 'with the new address');
create temporary table batch as select pg_temp.reserve(2, 2) as batch;
select is(pg_temp.move('{"url": "https://a.example"}'),
  '{"batch_is_open": {"address_keys": ["url"], "entry_keys": ["entry 01", "entry 02"]}}', 'while a batch is on its way it may not');
select is(pg_temp.move('{"url": "https://b.example", "batch_size": 5}'), null, 'what is none of the address may');
select public.sync_worker_record_results(run_id, 2, sync_test.token(run_id), (batch ->> 'batch_id')::uuid, sync_test.results(batch, 'unknown'))
from run, batch;
select throws_ok($$ update public.sync_integrations set config = '{}' where id = sync_test.id('integration a') $$, 'PT409', 'batch_is_open',
  'nor while the outcome is not known, also by the owner');
-- The same batch again, and now it is taken.
select pg_temp.reserve(2, 2);
select public.sync_worker_record_results(run_id, 2, sync_test.token(run_id), (batch ->> 'batch_id')::uuid, sync_test.results(batch, 'exported'))
from run, batch;
select is(pg_temp.move('{"url": "https://a.example"}'), null, 'afterwards it may');
select is((pg_temp.reserve(2, 2)) @> '{"paused": true}', true, 'and the worker is through with the old one');

select * from finish();
rollback;
