begin;
\ir ../fixtures.psql
select plan(35);

create function pg_temp.add(n int, amount text) returns text language sql as $$
  select string_agg(k, ' ') from jsonb_each(public.add_sync_entries(sync_test.id('org a'), 'webhook', jsonb_build_array(
    jsonb_build_object('entry_key', 'entry ' || lpad(n::text, 2, '0'), 'period', '2026-10', 'document_number', 'B-' || n,
      'payload', jsonb_build_object('amount', amount))))) as counts (k, v) where v = '1'
$$;
create function pg_temp.entry(n int) returns table (state text, amount text, conflict boolean) language sql as $$
  select e.state::text, e.payload ->> 'amount', e.conflict_at is not null from public.sync_export_entries e
  where e.integration_id = sync_test.id('integration a') and e.document_number = 'B-' || n
$$;
create function pg_temp.settle(n int, resolution text) returns integer language sql as $$
  select public.settle_sync_entries(sync_test.id('org a'), 'webhook', (
    select jsonb_build_array(jsonb_build_object('entry_key', e.entry_key, 'resolution', resolution, 'sent_at', e.sent_at))
    from public.sync_export_entries e where e.integration_id = sync_test.id('integration a') and e.document_number = 'B-' || n),
    'Looked it up.')
$$;
create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
grant select on run to service_role;
select sync_test.claim(run_id) from run;
create temporary table batch (b jsonb);
create function pg_temp.reserve(size int) returns text language plpgsql as $$
begin
  delete from batch;
  insert into batch select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), size) from run;
  return (select string_agg(e ->> 'document_number', ' ' order by n) from batch, jsonb_array_elements(b -> 'entries') with ordinality x (e, n));
end
$$;
create function pg_temp.record(variadic results text[]) returns void language sql as $$
  select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (b ->> 'batch_id')::uuid, (
    select jsonb_agg(r::jsonb) from unnest(results) r)) from run, batch
$$;
create function pg_temp.result(n int, state text, more jsonb default '{}') returns text language sql as $$
  select (jsonb_build_object('entry_key', 'entry ' || lpad(n::text, 2, '0'), 'state', state, 'error', 'No.') || more)::text
$$;
select sync_test.act_as('service_role');

-- Entry 1: rejected by our own rules. Entry 2: by the vendor, which kept nothing. Entry 3: by the vendor.
select sync_test.act_as('owner');
select is(pg_temp.reserve(3), 'B-1 B-2 B-3', 'a batch of three is sent');
select pg_temp.record(pg_temp.result(1, 'rejected', '{"not_sent": true}'), pg_temp.result(2, 'rejected', '{"nothing_left": true}'),
  pg_temp.result(3, 'rejected'));
select is(pg_temp.add(1, '1.50'), 'unchanged', 'delivered again as it was, a rejected entry stays so');
select is(pg_temp.add(1, '10'), 'replaced', 'what our own rules rejected is replaced');
select results_eq('select * from pg_temp.entry(1)', $$ values ('pending', '10', false) $$, 'and waits again, with the new content');
select is(pg_temp.add(2, '20'), 'replaced', 'so is what the vendor refused at the first send, if it kept nothing');
select results_eq('select * from pg_temp.entry(2)', $$ values ('pending', '20', false) $$, 'and no conflict is left');
select is(pg_temp.add(3, '30'), 'conflicts', 'what may have left something is a conflict');
select results_eq('select * from pg_temp.entry(3)', $$ values ('rejected', '3.50', true) $$, 'which a person decides');
select results_eq($$ select action, details from public.sync_audit_log where action = 'entries_corrected' order by audit_id $$,
  $$ values ('entries_corrected', '{"entries": 1, "entry_keys": ["entry 01"]}'::jsonb),
    ('entries_corrected', '{"entries": 1, "entry_keys": ["entry 02"]}') $$, 'each replacement is in the audit log');

-- The corrected ones are wrong again, and corrected again.
select is(pg_temp.reserve(2), 'B-1 B-2', 'the corrected entries go out in their old places');
select pg_temp.record(pg_temp.result(1, 'rejected', '{"nothing_left": true}'), pg_temp.result(2, 'rejected', '{"not_sent": true}'));
select is(array[pg_temp.add(1, '11'), pg_temp.add(2, '21')], '{replaced,replaced}', 'corrected a second time they are replaced, too');
select is(pg_temp.reserve(2), 'B-1 B-2', 'and go out once more');
select pg_temp.record(pg_temp.result(1, 'exported'), pg_temp.result(2, 'exported'));

-- Something of the batch is open: 5 may arrive late, and the batch goes out again whole.
select is(pg_temp.reserve(2), 'B-4 B-5', 'of the next batch');
select pg_temp.record(pg_temp.result(4, 'rejected', '{"nothing_left": true}'), pg_temp.result(5, 'unknown'));
select is(pg_temp.add(4, '40'), 'conflicts', 'one entry is refused, and the other one open: a conflict');
select is(pg_temp.reserve(2), 'B-4 B-5', 'the batch is repeated as it was');
select is((select b #>> '{entries,0,payload,amount}' from batch), '4.50', 'with the old content');
-- A later result changes nothing about the first one; the entry that was refused now was open before.
select pg_temp.record(pg_temp.result(5, 'rejected', '{"nothing_left": true, "not_sent": true}'));
select results_eq('select * from pg_temp.entry(4)', $$ values ('pending', '40', false) $$,
  'once nothing of the batch is open, the newest content waits');
select is(pg_temp.add(5, '50'), 'conflicts', 'a refusal of the repetition says nothing about the first send: a conflict');
select results_eq('select * from pg_temp.entry(5)', $$ values ('rejected', '5.50', true) $$, 'whatever the worker says of it');
select is(pg_temp.reserve(1), 'B-4', 'the adopted content goes out');
select pg_temp.record(pg_temp.result(4, 'exported'));

-- A person has decided.
select is(pg_temp.reserve(2), 'B-6 B-7', 'two more');
select pg_temp.record(pg_temp.result(6, 'rejected', '{"nothing_left": true}'), pg_temp.result(7, 'rejected', '{"nothing_left": true}'));
select pg_temp.settle(6, 'abandon');
select is(pg_temp.add(6, '60'), 'conflicts', 'what a person has given up is a conflict');
select is(pg_temp.add(6, '61'), 'conflicts', 'and stays one when the source says yet something else');
select pg_temp.settle(7, 'resend');
select is(pg_temp.reserve(1), 'B-7', 'what a person sends again');
select pg_temp.record(pg_temp.result(7, 'rejected', '{"nothing_left": true}'));
select is(pg_temp.add(7, '70'), 'conflicts', 'is a conflict when it is refused again: the send before may have arrived');

-- The source corrects while the entry is on its way.
select is(pg_temp.reserve(2), 'B-8 B-9', 'two more');
select is(array[pg_temp.add(8, '80'), pg_temp.add(9, '90')], '{conflicts,conflicts}', 'corrected while they are being sent');
select pg_temp.record(pg_temp.result(8, 'rejected', '{"not_sent": true}'), pg_temp.result(9, 'rejected'));
select results_eq('select * from pg_temp.entry(8)', $$ values ('pending', '80', false) $$, 'what never left takes the newest content');
select results_eq('select * from pg_temp.entry(9)', $$ values ('rejected', '9.50', true) $$, 'the other one stays a conflict');

-- The trigger holds for direct writes, too: each condition by itself.
create function pg_temp.is_refused(n int, changes text) returns boolean language plpgsql as $$
begin
  execute format('update public.sync_export_entries set %s where integration_id = %L and document_number = %L', changes,
    sync_test.id('integration a'), 'B-' || n);
  return false;
exception when sqlstate 'PT409' then
  return true;
end
$$;
update public.sync_export_entries set state = 'rejected', batch_id = sync_test.id('batch'), refused_at_first_send = true, nothing_left = true,
  conflict_at = null, decided_at = null
where integration_id = sync_test.id('integration a') and document_number in ('B-3', 'B-10');
select ok(not pg_temp.is_refused(3, $$ state = 'pending', payload = '{"a": "0"}', batch_id = null, refused_at_first_send = false,
  nothing_left = false $$), 'with all four conditions the content may change');
select ok(pg_temp.is_refused(10, $$ payload = '{}' $$), 'but not of an entry that stays rejected');
create function pg_temp.after(n int, first text) returns boolean language plpgsql as $f$
begin
  perform pg_temp.is_refused(n, first);
  return pg_temp.is_refused(n, $$ state = 'pending', payload = '{"a": "1"}', batch_id = null, unknown_since = null, refused_at_first_send = false,
    nothing_left = false $$);
end
$f$;
select ok(pg_temp.after(10, 'refused_at_first_send = false'), 'nor when it was refused later');
select ok(pg_temp.after(10, 'refused_at_first_send = true, nothing_left = false'), 'nor when something may be left');
select ok(pg_temp.after(10, 'nothing_left = true, decided_at = now()'), 'nor when a person has decided');
update public.sync_export_entries set state = 'unknown', unknown_since = now(), batch_id = sync_test.id('batch')
where integration_id = sync_test.id('integration b') and document_number = 'B-1';
select ok(pg_temp.after(10, 'decided_at = null'), 'nor while something of the batch is open');

select * from finish();
rollback;
