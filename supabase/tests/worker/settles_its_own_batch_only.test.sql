-- What results may settle: what their own batch is sending now, and no more than they can know.
begin;
\ir ../fixtures.psql
select plan(13);

update public.sync_integrations set retry_base = '0 seconds';
create temporary table run as select run_id, sync_test.token(run_id) as token from (select sync_test.trigger_as('service_role') as run_id) r;
create temporary table other as select run_id, sync_test.token(run_id) as token from (
  select run_id from sync_scheduler.start_run((select i from public.sync_integrations i where i.id = sync_test.id('integration b')), 'api')) r;
select sync_test.claim(run_id) from run union all select sync_test.claim(run_id) from other;
create function pg_temp.reserve(size integer) returns uuid language sql as $$
  select (public.sync_worker_reserve_entries(run_id, 1, token, size) ->> 'batch_id')::uuid from run
$$;
create function pg_temp.record(batch uuid, results jsonb, set_aside boolean default false) returns void language sql as $$
  select public.sync_worker_record_results(run_id, 1, token, batch, results, set_aside) from run
$$;
create function pg_temp.result(number integer, state text, more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('entry_key', 'entry ' || lpad(number::text, 2, '0'), 'state', state) || more
$$;
create function pg_temp.states(name text default 'integration a') returns text language sql as $$
  select string_agg(concat_ws(' ', right(e.entry_key, 2), e.state, case when e.refused_run_id is not null then 'passed over' end, case when e.not_sent then 'not sent' end,
    case when e.refused_at_first_send then 'at first send' end, case when e.nothing_left then 'nothing left' end), ', ' order by e.entry_key)
  from public.sync_export_entries e where e.integration_id = sync_test.id(name) and (e.state <> 'pending' or e.refused_run_id is not null)
$$;

create temporary table batch (name text, id uuid);
insert into batch select 'foreign', (public.sync_worker_reserve_entries(run_id, 1, token, 2) ->> 'batch_id')::uuid from other;
insert into batch values ('first', pg_temp.reserve(2));
create function pg_temp.id(of_name text) returns uuid language sql as $$ select id from batch where name = of_name $$;
select pg_temp.record(pg_temp.id('foreign'), jsonb_build_array(pg_temp.result(1, 'exported'), pg_temp.result(2, 'rejected')), true);
select is(pg_temp.states('integration b'), '01 sending, 02 sending', 'results settle no batch of another integration');
select is(pg_temp.states(), '01 sending, 02 sending', 'nor entries of the same keys in another batch');
select is((select entries_done + entries_failed from public.sync_run_log join run using (run_id)), 0, 'and count none');

select pg_temp.record(pg_temp.id('first'), jsonb_build_array(pg_temp.result(1, 'unknown'), pg_temp.result(2, 'unknown')), true);
insert into batch values ('second', pg_temp.reserve(3));
select pg_temp.record(pg_temp.id('first'), jsonb_build_array(pg_temp.result(1, 'exported'), pg_temp.result(3, 'exported')));
select is(pg_temp.states(), '01 unknown, 02 unknown, 03 sending, 04 sending, 05 sending', 'what is unknown is settled only when it was sent again');
select pg_temp.record(pg_temp.id('second'), jsonb_build_array(pg_temp.result(3, 'exported'), pg_temp.result(4, 'rejected', '{"nothing_left": true}'),
  pg_temp.result(5, 'rejected', '{"not_sent": true}')));
select is(pg_temp.states(), '01 unknown, 02 unknown, 03 exported, 04 rejected at first send nothing left, 05 rejected not sent', 'a first send is settled as it is reported');
select pg_temp.record(pg_temp.id('second'), jsonb_build_array(pg_temp.result(3, 'rejected'), pg_temp.result(4, 'exported'), pg_temp.result(5, 'exported')));
select is(pg_temp.states(), '01 unknown, 02 unknown, 03 exported, 04 rejected at first send nothing left, 05 rejected not sent', 'what is settled is not settled again');

insert into batch values ('third', pg_temp.reserve(2));
select pg_temp.record(pg_temp.id('third'), jsonb_build_array(pg_temp.result(6, 'pending'), pg_temp.result(7, 'pending', '{"refused_alone": true}')));
select is(pg_temp.states(), '01 unknown, 02 unknown, 03 exported, 04 rejected at first send nothing left, 05 rejected not sent, 07 pending passed over',
  'what was not taken waits, and is passed over only if it was refused alone');

-- The next run repeats the batch. Of what may have arrived no worker knows that it never left, or that it was refused at its first send.
select public.sync_worker_finish(run_id, 1, token, 'failed', 'transient', 'x', 'x') from run;
update public.sync_run_log r set next_attempt_at = now() from run where r.run_id = run.run_id and r.next_attempt_at is not null;
select sync_scheduler.recover_run(run_id) from run;
update public.sync_export_entries set set_aside_run_id = null where set_aside_run_id is not null;
create or replace function pg_temp.record(batch uuid, results jsonb, set_aside boolean default false) returns void language sql as $$
  select public.sync_worker_record_results(run_id, 2, sync_test.token(run_id), batch, results, set_aside) from run
$$;
select sync_test.claim(run_id, 2), public.sync_worker_reserve_entries(run_id, 2, sync_test.token(run_id), 5) from run;
select pg_temp.record(pg_temp.id('first'), jsonb_build_array(pg_temp.result(1, 'rejected', '{"not_sent": true}'), pg_temp.result(2, 'pending')));
select is(split_part(pg_temp.states(), ', 03', 1), '01 rejected, 02 unknown', 'a refusal of the repetition does not undo the first send');

-- A person has decided to send it once more: what comes of that is theirs to decide about.
update public.sync_export_entries e set state = 'rejected', batch_id = null, unknown_since = null where e.integration_id = sync_test.id('integration a') and e.state = 'unknown';
select public.settle_sync_entries(sync_test.id('org a'), 'webhook', '[{"entry_key": "entry 04", "resolution": "resend"}]', 'Looked up');
insert into batch select 'fourth', (public.sync_worker_reserve_entries(run_id, 2, sync_test.token(run_id), 5, '{entry 04}') ->> 'batch_id')::uuid from run;
select pg_temp.record(pg_temp.id('fourth'), jsonb_build_array(pg_temp.result(4, 'rejected', '{"nothing_left": true}')));
select is((select concat_ws(' ', e.state, e.refused_at_first_send) from public.sync_export_entries e where e.integration_id = sync_test.id('integration a') and e.entry_key = 'entry 04'),
  'rejected f', 'a further refusal of it lets no delivery replace it');

-- What a report leaves out counts as sent.
insert into batch select 'fifth', (public.sync_worker_reserve_entries(run_id, 2, sync_test.token(run_id), 2, '{entry 08,entry 09}') ->> 'batch_id')::uuid from run;
select pg_temp.record(pg_temp.id('fifth'), jsonb_build_array(pg_temp.result(8, 'pending')));
select results_eq($$ select e.entry_key, e.state::text, e.unknown_since is not null from public.sync_export_entries e
  where e.integration_id = sync_test.id('integration a') and e.entry_key in ('entry 08', 'entry 09') order by 1 $$,
  $$ values ('entry 08', 'unknown', true), ('entry 09', 'sending', true) $$, 'while a part is open, nothing leaves the batch');
select is(pg_temp.states('integration b'), '01 sending, 02 sending', 'and the other integration still has its own');

-- A late report about an unknown entry closes no batch, and leaves what is known of that entry.
update public.sync_export_entries e set state = 'unknown', unknown_since = now(), error_message = 'It timed out.'
where e.integration_id = sync_test.id('integration a') and e.entry_key = 'entry 08';
update public.sync_export_entries e set unknown_since = null where e.integration_id = sync_test.id('integration a') and e.entry_key = 'entry 09';
select pg_temp.record(pg_temp.id('fifth'), '[]', true);
select is((select e.set_aside_run_id from public.sync_export_entries e where e.integration_id = sync_test.id('integration a') and e.entry_key = 'entry 09'), null,
  'what is being sent is not set aside');
update public.sync_export_entries e set unknown_since = null where e.integration_id = sync_test.id('integration a') and e.entry_key = 'entry 09';
select pg_temp.record(pg_temp.id('fifth'), jsonb_build_array(pg_temp.result(8, 'exported'), pg_temp.result(9, 'pending')));
select results_eq($$ select e.entry_key, e.state::text, e.error_message from public.sync_export_entries e
  where e.integration_id = sync_test.id('integration a') and e.entry_key in ('entry 08', 'entry 09') order by 1 $$,
  $$ values ('entry 08', 'unknown', 'It timed out.'), ('entry 09', 'unknown', null) $$, 'an entry of unknown outcome keeps its batch open, whatever a late report says of it');

select * from finish();
rollback;
