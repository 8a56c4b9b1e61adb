begin;
\ir ../fixtures.psql
\ir ../failed_run.psql
select plan(7);
create function pg_temp.withdraw(keys text[]) returns void language plpgsql as $$
begin
  perform sync_test.act_as('admin');
  perform public.withdraw_sync_entries(sync_test.id('org a'), 'webhook', keys, 'Delivered by mistake.');
  perform sync_test.act_as('owner');
end
$$;

-- What a refused run left is withdrawn.
select pg_temp.run(7, 0, 'failed', 'permanent');
select is(pg_temp.open(), 'run_failed critical 1', 'a run is refused with three entries left');
select pg_temp.withdraw('{entry 08,entry 09}');
select is(pg_temp.open(), 'run_failed critical 1', 'two are withdrawn, one still waits');
select pg_temp.withdraw('{entry 10}');
select is(pg_temp.open(), 'none', 'the alert ends when the last one is withdrawn');

-- Our own check rejected it before anything was sent; the source delivers it again, corrected.
select pg_temp.deliver('{unsound 1,unsound 2}', '1.00');
create temporary table run as select pg_temp.start() as run_id;
create temporary table batch as select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 10) as b from run;
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (b ->> 'batch_id')::uuid, (
  select jsonb_agg(jsonb_build_object('entry_key', e -> 'entry_key', 'state', 'rejected', 'error', 'It does not balance.', 'not_sent', true))
  from jsonb_array_elements(b -> 'entries') e)) from run, batch;
select pg_temp.finish(run_id, 'succeeded') from run;
select is(pg_temp.open(), 'entries_need_decision warning 1', 'two entries are rejected before their first send');
select pg_temp.deliver('{unsound 1}', '2.00');
select is(pg_temp.open(), 'entries_need_decision warning 1', 'a corrected delivery decides about one');
select pg_temp.deliver('{unsound 2}', '2.00');
select is(pg_temp.open(), 'none', 'the second one ends the alert');
select pg_temp.run(2, 0, 'succeeded');
select is(pg_temp.open(), 'none', 'and both go out');

select * from finish();
rollback;
