begin;
\ir ../fixtures.psql
select plan(19);

create temporary table run as select run_id, sync_test.token(run_id) as token
  from (select sync_test.trigger_as('coordinator') as run_id) r;
select sync_test.claim(run_id) from run;
create temporary table batch as select public.sync_worker_reserve_entries(run_id, 1, token, 4) as batch from run;
select public.sync_worker_record_results(run_id, 1, token, (batch ->> 'batch_id')::uuid,
  '[{"entry_key": "entry 01", "state": "exported"}, {"entry_key": "entry 02", "state": "unknown"},
    {"entry_key": "entry 03", "state": "unknown"}, {"entry_key": "entry 04", "state": "unknown"}]') from run, batch;
create function pg_temp.item(resolution text, sent timestamptz default null) returns jsonb language sql as $$
  select jsonb_build_object('batch_id', batch ->> 'batch_id', 'resolution', resolution, 'sent_at', coalesce(sent, (
    select max(sent_at) from public.sync_export_entries where batch_id = (batch ->> 'batch_id')::uuid and state in ('unknown', 'sending'))))
  from batch
$$;
create function pg_temp.settle(entries jsonb) returns int language plpgsql as $$
declare
  changed int;
begin
  perform sync_test.act_as('admin');
  changed := public.settle_sync_entries(sync_test.id('org a'), 'webhook', entries, 'Looked up in the ledger.');
  perform sync_test.act_as('owner');
  return changed;
end
$$;
create function pg_temp.states() returns text language sql as $$
  select string_agg(state::text, ' ' order by entry_key) from public.sync_export_entries
  where integration_id = sync_test.id('integration a') and entry_key < 'entry 05'
$$;

select throws_ok($$ select pg_temp.settle(jsonb_build_array(pg_temp.item('exported', now() - interval '1 second'))) $$,
  'PT409', 'batch_was_sent_again', 'an older send than the last one is refused');
select sync_test.act_as('owner');
select public.sync_worker_reserve_entries(run_id, 1, token, 4) from run;
select throws_ok($$ select pg_temp.settle(jsonb_build_array(pg_temp.item('exported'))) $$,
  'PT409', 'batch_was_sent_again', 'so is a batch that a worker has');
select sync_test.act_as('owner');
select public.sync_worker_record_results(run_id, 1, token, (batch ->> 'batch_id')::uuid, '[{"entry_key": "entry 02", "state": "unknown"},
    {"entry_key": "entry 03", "state": "unknown"}, {"entry_key": "entry 04", "state": "unknown"}]', true) from run, batch;

select throws_ok($$ select pg_temp.settle('[{"batch_id": "00000000-0000-4000-8000-000000000001", "sent_at": "2026-11-01", "resolution": "resend"}]') $$,
  'PT404', 'entries_not_found', 'a batch that there is not');
select sync_test.act_as('owner');
select throws_ok(format('select pg_temp.settle(%L)', jsonb_build_array(bad)), 'PT422', 'invalid_entries', what)
from (values
  ('{"batch_id": "no uuid", "sent_at": "2026-11-01", "resolution": "resend"}'::jsonb, 'no uuid'),
  ('{"batch_id": "00000000-0000-4000-8000-000000000001", "resolution": "resend"}', 'no send'),
  ('{"batch_id": "00000000-0000-4000-8000-000000000001", "sent_at": "soon", "resolution": "resend"}', 'no instant'),
  ('{"batch_id": "00000000-0000-4000-8000-000000000001", "sent_at": "2026-11-01", "resolution": "keep"}', 'keep, which is for what is exported'),
  ('{"batch_id": "00000000-0000-4000-8000-000000000001", "sent_at": "2026-11-01", "resolution": "resend", "entry_key": "a"}', 'both'),
  ('{"batch_id": null, "sent_at": "2026-11-01", "resolution": "resend"}', 'nothing')) v (bad, what);
select throws_ok($$ select pg_temp.settle(jsonb_build_array(pg_temp.item('resend'), pg_temp.item('resend'))) $$,
  'PT422', 'invalid_entries', 'the same batch twice');
select throws_ok($$ select pg_temp.settle(jsonb_build_array(pg_temp.item('resend'), '{"entry_key": "entry 02", "resolution": "exported"}'::jsonb)) $$,
  'PT422', 'invalid_entries', 'an entry both by itself and with its batch');
select sync_test.act_as('owner');
select is(pg_temp.states(), 'exported unknown unknown unknown', 'nothing of it has changed');
select is((select count(*) from public.sync_export_entries where set_aside_run_id is not null), 3::bigint, 'the batch is set aside');

select is(pg_temp.settle(jsonb_build_array(pg_temp.item('exported'), '{"entry_key": "entry 09", "resolution": "exported"}'::jsonb)), 4,
  'all open entries of a batch are settled in one call, with others');
select is(pg_temp.states(), 'exported exported exported exported', 'as the person says');
select is((select count(*) from public.sync_export_entries where set_aside_run_id is not null), 0::bigint, 'it is no longer set aside');
select is(pg_temp.settle(jsonb_build_array(pg_temp.item('exported', now()))), 0, 'once more changes nothing');
select is((select jsonb_array_length(details -> 'entries') from public.sync_audit_log where action = 'entries_settled'), 4,
  'the audit log names each entry');

-- As if a worker had sent it again, and that had settled it.
update public.sync_export_entries set sent_at = now() + interval '1 second' where batch_id = (select (batch ->> 'batch_id')::uuid from batch);
select throws_ok($$ select pg_temp.settle(jsonb_build_array(pg_temp.item('resend', now()))) $$,
  'PT409', 'batch_was_sent_again', 'what a later send has settled is not settled again, and the caller learns it');

select * from finish();
rollback;
