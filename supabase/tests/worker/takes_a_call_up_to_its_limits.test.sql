-- What a worker may report and when: each value at its limit and just beyond it. The harm: a worker that is late or faulty settles
-- entries, or holds a run for ever.
begin;
\ir ../fixtures.psql
select plan(6);

update public.sync_integrations set retry_base = '0 seconds';
-- Runs a statement and takes it back: its error, or `taken`.
create function pg_temp.says(statement text) returns text language plpgsql as $$
begin
  execute replace(replace(statement, '%r', format('%L::uuid, 1, %L', (select run_id from run), (select token from run))), '%b', quote_nullable((select batch_id from run)));
  raise exception using errcode = 'ZZ999';
exception
  when sqlstate 'ZZ999' then return 'taken';
  when others then return sqlerrm;
end
$$;
create temporary table run as select run_id, sync_test.token(run_id) as token, null::uuid as batch_id
  from (select sync_test.trigger_as('service_role') as run_id) r;

-- No worker has claimed it.
create temporary table call (statement text);
insert into call values
  ('select public.sync_worker_heartbeat(%r)'), ('select public.sync_worker_reserve_entries(%r, 5)'),
  ('select public.sync_worker_record_results(%r, null, ''[]'')'), ('select public.sync_worker_finish(%r, ''succeeded'')'),
  ('select public.sync_worker_finish(%r, ''failed'', ''permanent'', ''x'', ''x'')');
select results_eq('select distinct pg_temp.says(statement) from call', $$ values ('attempt_not_current') $$,
  'refuses every call for an attempt that no worker has claimed');

-- At the deadline and before it. The worker of another integration has a batch on its way; this one has none.
create temporary table other as select run_id, sync_test.token(run_id) as token from (
  select run_id from sync_scheduler.start_run((select i from public.sync_integrations i where i.id = sync_test.id('integration b')), 'api')) r;
select sync_test.claim(run_id) from other;
select public.sync_worker_reserve_entries(run_id, 1, token, 2) from other;
create function pg_temp.at(deadline interval, statement text) returns text language plpgsql as $$
declare
  said text;
begin
  update public.sync_run_log r set deadline_at = now() + deadline from run where r.run_id = run.run_id;
  said := pg_temp.says(statement);
  update public.sync_run_log r set deadline_at = now() + interval '1 hour' from run where r.run_id = run.run_id;
  return said;
end
$$;
select results_eq($$ select pg_temp.at(d, 'select public.sync_worker_claim(%r, null, 1, true)') from unnest('{0 seconds,1 ms}'::interval[]) d $$,
  $$ values ('attempt_not_current'), ('taken') $$, 'claims a run before its deadline, and not at it');
-- Where no trigger has called its dispatch back, as after a restore.
alter table public.sync_integrations disable trigger follow_pause;
update public.sync_integrations set enabled = false where id = sync_test.id('integration a');
select is(pg_temp.says('select public.sync_worker_claim(%r, null, 1, true)'), 'attempt_not_current', 'claims nothing of an integration that is off');
update public.sync_integrations set enabled = true where id = sync_test.id('integration a');
alter table public.sync_integrations enable trigger follow_pause;

select public.sync_worker_claim(run_id, 1, token, null, 1, false) from run;
select is_empty($$
  select t.*, pg_temp.at(t.deadline, t.statement) from (values
    ('1 ms'::interval, 'select public.sync_worker_heartbeat(%r)', 'taken'),
    ('0 seconds', 'select public.sync_worker_heartbeat(%r)', 'attempt_not_current'),
    ('1 ms', 'select public.sync_worker_reserve_entries(%r, 5)', 'taken'),
    ('0 seconds', 'select public.sync_worker_reserve_entries(%r, 5)', 'attempt_not_current'),
    ('0 seconds', 'select public.sync_worker_record_results(%r, null, ''[]'')', 'taken'),
    ('-1 day', 'select public.sync_worker_record_results(%r, null, ''[]'')', 'taken')) t (deadline, statement, expected)
  where pg_temp.at(t.deadline, t.statement) <> t.expected
$$, 'without a batch nothing but results is taken from the deadline on');

update run set batch_id = (public.sync_worker_reserve_entries(run_id, 1, token, 3) ->> 'batch_id')::uuid;
select is_empty($$
  select t.*, pg_temp.at(t.deadline, t.statement) from (values
    ('0 seconds'::interval, 'select public.sync_worker_heartbeat(%r)', 'taken'),
    ('-59.999 seconds', 'select public.sync_worker_heartbeat(%r)', 'taken'),
    ('-60 seconds', 'select public.sync_worker_heartbeat(%r)', 'attempt_not_current'),
    ('0 seconds', 'select public.sync_worker_reserve_entries(%r, 5)', 'attempt_not_current')) t (deadline, statement, expected)
  where pg_temp.at(t.deadline, t.statement) <> t.expected
$$, 'with a batch it holds on for one slice, and gets nothing more');

create temporary table said (expected text, statement text);
insert into said values
  ('invalid_worker_request', 'select public.sync_worker_reserve_entries(%r, null)'),
  ('invalid_worker_request', 'select public.sync_worker_reserve_entries(%r, 0)'),
  ('taken', 'select public.sync_worker_reserve_entries(%r, 1)'),
  ('taken', 'select public.sync_worker_reserve_entries(%r, 500)'),
  ('invalid_worker_request', 'select public.sync_worker_reserve_entries(%r, 501)'),
  ('taken', 'select public.sync_worker_reserve_entries(%r, 5, array_fill(''k''::text, array[500]))'),
  ('invalid_worker_request', 'select public.sync_worker_reserve_entries(%r, 5, array_fill(''k''::text, array[501]))'),
  ('invalid_worker_request', 'select public.sync_worker_reserve_entries(%r, 5, null, 0)'),
  ('taken', 'select public.sync_worker_reserve_entries(%r, 5, null, 1)'),
  ('invalid_worker_request', 'select public.sync_worker_heartbeat(%r, null, -0.001)'),
  ('taken', 'select public.sync_worker_heartbeat(%r, null, 0)'),
  ('taken', 'select public.sync_worker_heartbeat(%r, null, 86400000)'),
  ('invalid_worker_request', 'select public.sync_worker_heartbeat(%r, null, 86400000.001)'),
  ('taken', 'select public.sync_worker_heartbeat(%r, to_jsonb(repeat(''x'', 65534)))'),
  ('invalid_worker_request', 'select public.sync_worker_heartbeat(%r, to_jsonb(repeat(''x'', 65535)))'),
  ('taken', 'select public.sync_worker_finish(%r, ''cancelled'', checkpoint := to_jsonb(repeat(''x'', 65534)))'),
  ('invalid_worker_request', 'select public.sync_worker_finish(%r, ''cancelled'', checkpoint := to_jsonb(repeat(''x'', 65535)))'),
  ('invalid_worker_request', 'select public.sync_worker_finish(%r, null)'),
  ('invalid_worker_request', 'select public.sync_worker_finish(%r, ''lost'')'),
  ('invalid_worker_request', 'select public.sync_worker_finish(%r, ''failed'')'),
  ('invalid_worker_request', 'select public.sync_worker_finish(%r, ''failed'', ''fatal'')'),
  ('invalid_worker_request', 'select public.sync_worker_finish(%r, ''succeeded'', ''transient'')'),
  ('taken', 'select public.sync_worker_finish(%r, ''cancelled'', ''rate_limited'')'),
  ('invalid_worker_request', 'select public.sync_worker_finish(%r, ''failed'', ''transient'', ''x'', ''x'', blames := ''weather'')'),
  ('taken', 'select public.sync_worker_finish(%r, ''failed'', ''transient'', ''x'', ''x'', blames := ''vendor'')'),
  ('invalid_worker_request', 'select public.sync_worker_finish(%r, ''failed'', ''transient'', ''x'', ''x'', -1)'),
  ('taken', 'select public.sync_worker_finish(%r, ''failed'', ''transient'', ''x'', ''x'', 0)'),
  ('taken', 'select public.sync_worker_finish(%r, ''failed'', ''transient'', ''x'', ''x'', 1e100)'),
  ('invalid_worker_request', 'select public.sync_worker_finish(%r, ''cancelled'', first_vendor_byte_ms := -0.001)'),
  ('taken', 'select public.sync_worker_finish(%r, ''cancelled'', first_vendor_byte_ms := 0)'),
  ('taken', 'select public.sync_worker_finish(%r, ''cancelled'', first_vendor_byte_ms := 86400000)'),
  ('invalid_worker_request', 'select public.sync_worker_finish(%r, ''cancelled'', first_vendor_byte_ms := 86400000.001)'),
  ('invalid_token', 'select public.sync_worker_heartbeat((select run_id from run), 1, repeat(''t'', 257))'),
  ('invalid_worker_request', 'select public.sync_worker_record_results(%r, %b, null)'),
  ('invalid_worker_request', 'select public.sync_worker_record_results(%r, %b, ''{}'')'),
  ('invalid_worker_request', 'select public.sync_worker_record_results(%r, %b, ''[{"state": "exported"}]'')'),
  ('invalid_worker_request', 'select public.sync_worker_record_results(%r, %b, ''[{"entry_key": "entry 01"}]'')'),
  ('invalid_worker_request', 'select public.sync_worker_record_results(%r, %b, ''[{"entry_key": "entry 01", "state": "sending"}]'')'),
  ('invalid_worker_request', 'select public.sync_worker_record_results(%r, %b, ''[{"entry_key": "entry 01", "state": "withdrawn"}]'')'),
  ('invalid_worker_request', 'select public.sync_worker_record_results(%r, %b, ''[{"entry_key": "a", "state": "exported"}, {"entry_key": "a", "state": "exported"}]'')'),
  ('taken', 'select public.sync_worker_record_results(%r, %b, ''[{"entry_key": "a", "state": "exported"}, {"entry_key": "b", "state": "exported"}]'')'),
  ('taken', 'select public.sync_worker_record_results(%r, %b, jsonb_build_array(jsonb_build_object(''entry_key'', repeat(''k'', 200), ''state'', ''exported'')))'),
  ('invalid_worker_request', 'select public.sync_worker_record_results(%r, %b, jsonb_build_array(jsonb_build_object(''entry_key'', repeat(''k'', 201), ''state'', ''exported'')))'),
  ('invalid_worker_request', 'select public.sync_worker_record_results(%r, %b, ''[{"entry_key": "entry 01", "state": "rejected", "not_sent": "yes"}]'')'),
  ('invalid_worker_request', 'select public.sync_worker_record_results(%r, %b, ''[{"entry_key": "entry 01", "state": "rejected", "nothing_left": 1}]'')'),
  ('invalid_worker_request', 'select public.sync_worker_record_results(%r, %b, ''[{"entry_key": "entry 01", "state": "pending", "refused_alone": {}}]'')'),
  ('taken', 'select public.sync_worker_record_results(%r, %b, ''[{"entry_key": "entry 01", "state": "rejected", "not_sent": null, "nothing_left": null, "refused_alone": null}]'')');
select is_empty('select s.*, pg_temp.says(s.statement) from said s where pg_temp.says(s.statement) <> s.expected',
  'a value is taken up to its limit, and refused beyond it');

select * from finish();
rollback;
