begin;
\ir ../fixtures.psql
select plan(32);

create function pg_temp.settle(entries jsonb, reason text default 'because', type text default 'webhook', org text default 'org a')
returns int language sql as $$ select public.settle_sync_entries(sync_test.id(org), type, entries, reason) $$;
create function pg_temp.detail_of(entries jsonb) returns jsonb language plpgsql as $$
declare
  detail text;
begin
  perform pg_temp.settle(entries);
  return null;
exception when others then
  get stacked diagnostics detail = pg_exception_detail;
  return coalesce(nullif(detail, ''), to_json(sqlerrm)::text);
end
$$;
create temporary table run as select run_id, sync_test.token(run_id) as token
  from (select sync_test.trigger_as('coordinator') as run_id) r;
select sync_test.claim(run_id) from run;
create temporary table batch as select public.sync_worker_reserve_entries(run_id, 1, token, 4) as batch from run;
create temporary table untouched as select * from public.sync_export_entries;
-- An admin by the token; the statements run as the owner, who may look at everything.
select set_config('request.jwt.claims', jsonb_build_object('role', 'authenticated', 'sub', sync_test.id('admin'))::text, true);

select is(pg_temp.detail_of('[{"entry_key": "entry 01", "resolution": "exported"}]'),
  jsonb_build_object('entries', jsonb_build_array(
    jsonb_build_object('entry_key', 'entry 01', 'state', 'sending', 'sent_at', now()))),
  'what a worker holds is not settled');
select throws_ok($$ select pg_temp.settle('[{"entry_key": "entry 01", "resolution": "exported"}]') $$,
  'PT409', 'entries_not_settleable', 'but refused');
select throws_ok($$ select pg_temp.settle('[{"entry_key": "entry 05", "resolution": "abandon"}]') $$,
  'PT409', 'entries_not_settleable', 'what was never sent neither');
select throws_ok($$ select pg_temp.settle('[{"entry_key": "entry 05", "resolution": "keep"}]') $$,
  'PT409', 'entries_not_settleable', 'nor is there anything to keep of it');
select results_eq('select * from public.sync_export_entries order by entry_id', 'select * from untouched order by entry_id',
  'nothing has changed');

select public.sync_worker_record_results(run_id, 1, token, (batch ->> 'batch_id')::uuid,
  '[{"entry_key": "entry 01", "state": "rejected"}, {"entry_key": "entry 02", "state": "exported"},
    {"entry_key": "entry 03", "state": "unknown"}, {"entry_key": "entry 04", "state": "unknown"}]') from run, batch;
select throws_ok($$ select pg_temp.settle('[{"entry_key": "entry 03", "resolution": "exported"}]') $$,
  'PT409', 'batch_is_open', 'half a batch is not settled: its rest would go out with this one again');
select is(pg_temp.detail_of('[{"entry_key": "entry 03", "resolution": "exported"}]'), '{"entry_keys": ["entry 04"]}',
  'the answer says what is missing');
select throws_ok($$ select pg_temp.settle('[{"entry_key": "entry 01", "resolution": "resend"}]') $$,
  'PT409', 'batch_is_open', 'nor does a rejected entry leave a batch that has to go out again');
select throws_ok($$ select pg_temp.settle('[{"entry_key": "entry 02", "resolution": "resend"}]') $$,
  'PT409', 'entries_not_settleable', 'what was exported is never sent again');
select throws_ok($$ select pg_temp.settle('[{"entry_key": "entry 02", "resolution": "abandon"}]') $$,
  'PT409', 'entries_not_settleable', 'and not abandoned');
select throws_ok($$ select pg_temp.settle('[{"entry_key": "entry 03", "resolution": "exported"},
    {"entry_key": "entry 04", "resolution": "exported"}, {"entry_key": "nobody", "resolution": "exported"}]') $$,
  'PT404', 'entries_not_found', 'one key that is unknown refuses all');
select is((select count(*) from public.sync_export_entries where state = 'unknown'), 2::bigint, 'and nothing of it is done');

select throws_ok($$ select pg_temp.settle('[{"entry_key": "entry 03", "resolution": "resend"},
    {"entry_key": "entry 04", "resolution": "resend"}]') $$,
  'PT409', 'entries_not_settleable', 'who sends again says which send did not arrive');
select throws_ok($$ select pg_temp.settle(jsonb_build_array(
    jsonb_build_object('entry_key', 'entry 03', 'resolution', 'resend', 'sent_at', now() - interval '1 day'),
    jsonb_build_object('entry_key', 'entry 04', 'resolution', 'abandon', 'sent_at', now()))) $$,
  'PT409', 'entries_not_settleable', 'and a later one may have');

select throws_ok($$ select pg_temp.settle(jsonb_build_array(
    jsonb_build_object('entry_key', 'entry 03', 'resolution', 'abandon', 'sent_at', now() - interval '1 day'),
    jsonb_build_object('entry_key', 'entry 04', 'resolution', 'abandon', 'sent_at', now() - interval '1 day'))) $$,
  'PT409', 'entries_not_settleable', 'who abandons, too');

-- As if the one were out of its batch, and the other sent, resent by a person and withdrawn since a person looked.
update public.sync_export_entries set batch_id = null where entry_key = 'entry 01';
update public.sync_export_entries set state = 'withdrawn', sent_at = now() where entry_key = 'entry 05';
select throws_ok(format($$ select pg_temp.settle('[{"entry_key": "%s", "resolution": "%s", "sent_at": "2026-01-01"}]') $$,
    entry_key, resolution), 'PT409', 'entries_not_settleable',
  format('a late %s of %s is not about its last send', resolution, entry_key))
from (values ('entry 01', 'resend'), ('entry 01', 'abandon'), ('entry 05', 'resend')) v (entry_key, resolution);
select is(pg_temp.settle('[{"entry_key": "entry 05", "resolution": "resend"}]'), 1, 'who names no send means the last');
select is(pg_temp.settle(jsonb_build_array(jsonb_build_object('entry_key', 'entry 01', 'resolution', 'resend', 'sent_at', now()))),
  1, 'and who names the last may decide');

select throws_ok($$ select pg_temp.settle('[{"entry_key": "entry 03", "resolution": "forget"}]') $$,
  'PT422', 'invalid_entries', 'an unknown resolution is refused');
select throws_ok($$ select pg_temp.settle('[{"entry_key": "a", "resolution": "keep"}, {"entry_key": "a", "resolution": "keep"}]') $$,
  'PT422', 'invalid_entries', 'so is a key that is named twice');
select throws_ok($$ select pg_temp.settle('{}') $$, 'PT422', 'invalid_entries', 'and what is no list');
select throws_ok($$ select pg_temp.settle('[]', ' ') $$, 'PT422', 'reason_missing', 'no person decides without a reason');
select throws_ok($$ select pg_temp.settle('[]', repeat('x', 501)) $$, 'PT422', 'reason_too_long', 'or with a novel');

select is(pg_temp.detail_of((select jsonb_agg(jsonb_build_object('entry_key', n, 'resolution', 'keep')) from generate_series(1, 10001) n)),
  '{"entries": "at most 10000"}', 'a list has an end');
select throws_ok(format($$ select pg_temp.settle('[{"entry_key": "entry 03", "resolution": "resend", "sent_at": %s}]') $$, sent_at),
  'PT422', 'invalid_entries', format('%s is no instant', sent_at)) from (values ('"yesterday-ish"'), ('{}'), ('"999999-01-01"')) v (sent_at);

select sync_test.act_as('coordinator');
select throws_ok($$ select pg_temp.settle('[]') $$, 'PT403', 'not_authorized', 'a coordinator may not');
select sync_test.act_as('outsider');
select throws_ok($$ select pg_temp.settle('[]') $$, 'PT403', 'not_authorized', 'nor an admin of somewhere else');
select sync_test.act_as('anon');
select throws_ok($$ select pg_temp.settle('[]') $$, '42501', null, 'nor anybody');

select * from finish();
rollback;
