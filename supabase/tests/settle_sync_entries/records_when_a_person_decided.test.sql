-- decided_at, set_aside_run_id and undecided, for every way in which an entry begins or ceases to wait for a person.
begin;
\ir ../fixtures.psql
select plan(14);
update public.sync_integrations set manual_cooldown = '0 seconds';

create function pg_temp.undecided() returns text language sql as $$
  select coalesce(string_agg(substr(e.entry_key, 7), ' ' order by e.entry_key), 'none') from public.sync_export_entries e
  where e.integration_id = sync_test.id('integration a') and e.undecided
$$;
create function pg_temp.settle(resolution text, key text) returns integer language plpgsql as $$
declare
  changed integer;
begin
  perform sync_test.act_as('admin');
  changed := public.settle_sync_entries(sync_test.id('org a'), 'webhook', jsonb_build_array(jsonb_build_object(
    'entry_key', key, 'resolution', resolution)), 'Looked up.');
  perform sync_test.act_as('owner');
  return changed;
end
$$;
create function pg_temp.deliver(key text, amount text) returns void language plpgsql as $$
begin
  perform sync_test.act_as('service_role');
  perform public.add_sync_entries(sync_test.id('org a'), 'webhook', jsonb_build_array(jsonb_build_object('entry_key', key,
    'period', '2026-10', 'document_number', 'B-1', 'payload', jsonb_build_object('amount', amount))));
  perform sync_test.act_as('owner');
end
$$;

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select sync_test.claim(run_id) from run;
create temporary table batch as
  select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 6) as b from run;
select is(pg_temp.undecided(), 'none', 'what waits or is being sent waits for no person');
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (b ->> 'batch_id')::uuid,
  '[{"entry_key": "entry 01", "state": "rejected", "error": "Looked up."}, {"entry_key": "entry 02", "state": "rejected"},
    {"entry_key": "entry 03", "state": "rejected"}, {"entry_key": "entry 04", "state": "exported"},
    {"entry_key": "entry 05", "state": "exported"}, {"entry_key": "entry 06", "state": "unknown"}]') from run, batch;
select is(pg_temp.undecided(), '01 02 03', 'what is rejected waits for a person');
select pg_temp.deliver('entry 04', '9.99');
select is(pg_temp.undecided(), '01 02 03 04', 'and what the source contradicts');
update public.sync_export_entries set set_aside_run_id = run.run_id from run where entry_key = 'entry 06' and state = 'unknown';
select is(pg_temp.undecided(), '01 02 03 04 06', 'and what is set aside');

select is(pg_temp.settle('abandon', 'entry 01'), 1, 'abandon is a decision, also for the reason that the vendor gave');
select is(pg_temp.settle('abandon', 'entry 01'), 0, 'once');
select is(pg_temp.settle('keep', 'entry 04'), 1, 'keep is one');
select is(pg_temp.settle('exported', 'entry 03'), 1, 'what a person has booked by hand is exported');
select is(pg_temp.settle('exported', 'entry 06'), 1, 'also when its batch was set aside');
select is(pg_temp.settle('resend', 'entry 02'), 1, 'resend is one');
select is(pg_temp.undecided(), 'none', 'then nothing waits for a person');

select pg_temp.deliver('entry 04', '8.88');
select is(pg_temp.undecided(), '04', 'a further conflict waits for a decision of its own');
truncate batch;
insert into batch select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 6) from run;
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (b ->> 'batch_id')::uuid, sync_test.results(b, 'rejected'))
from run, batch;
select matches(pg_temp.undecided(), '^02 04 ', 'and so does a further rejection');
update public.sync_export_entries set decided_at = now() where entry_key = 'entry 04';
update public.sync_export_entries set error_message = 'Words.' where entry_key = 'entry 04';
select matches(pg_temp.undecided(), '^02 0[57]', 'another change of an entry takes no decision back');

select * from finish();
rollback;
