-- A backup was restored: what was exported since is pending again, and only the external system's books know better.
begin;
\ir ../fixtures.psql
select plan(3);

select sync_test.act_as('admin');
select is(public.settle_sync_entries(sync_test.id('org a'), 'webhook',
  '[{"entry_key": "entry 01", "resolution": "exported", "external_id": "V-1"}, {"entry_key": "entry 02", "resolution": "exported"}]',
  'Found in the ledger after the restore'), 2, 'an admin says what is in the books already');
select sync_test.act_as('owner');
select sync_test.claim(r) from (select sync_test.trigger_as('coordinator') as r) run;
create temporary table batch as
  select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 100) as b from public.sync_run_log;
select is((select jsonb_array_length(b -> 'entries') from batch), 8, 'those are not sent again');
select is((select b -> 'entries' -> 0 ->> 'entry_key' from batch), 'entry 03', 'the others are');

select * from finish();
rollback;
