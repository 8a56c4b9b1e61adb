-- A decision that arrives late, from a repeated call or a page that was left open, about what has changed since.
begin;
\ir ../fixtures.psql
select plan(14);

create function pg_temp.settle(key text, resolution text, seen jsonb default '{}') returns integer language plpgsql as $$
declare
  changed integer;
begin
  perform sync_test.act_as('admin');
  changed := public.settle_sync_entries(sync_test.id('org a'), 'webhook', jsonb_build_array(
    jsonb_build_object('entry_key', key, 'resolution', resolution) || seen), 'Looked up.');
  perform sync_test.act_as('owner');
  return changed;
end
$$;
-- What a page shows of an entry.
create function pg_temp.seen(key text) returns jsonb language sql as $$
  select jsonb_build_object('state', e.state, 'sent_at', e.sent_at, 'decided_at', e.decided_at, 'conflict_at', e.conflict_at)
  from public.sync_export_entries e where e.integration_id = sync_test.id('integration a') and e.entry_key = key
$$;
create function pg_temp.deliver(key text, amount text) returns void language sql as $$
  select public.add_sync_entries(sync_test.id('org a'), 'webhook', jsonb_build_array(jsonb_build_object('entry_key', key,
    'period', '2026-10', 'document_number', 'B-1', 'payload', jsonb_build_object('amount', amount))))
$$;
create function pg_temp.refused(key text, resolution text, seen jsonb, why text) returns text language sql as $$
  select throws_ok(format('select pg_temp.settle(%L, %L, %L)', key, resolution, seen), 'PT409', 'entries_not_settleable', why)
$$;
create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select sync_test.claim(run_id) from run;
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (b ->> 'batch_id')::uuid,
  '[{"entry_key": "entry 01", "state": "exported"}, {"entry_key": "entry 02", "state": "rejected"},
    {"entry_key": "entry 03", "state": "rejected"}, {"entry_key": "entry 04", "state": "rejected"}]')
from run, lateral (select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 4) as b) r;

select pg_temp.deliver('entry 01', '9.99');
create temporary table page as select pg_temp.seen('entry 01') as first;
select is(pg_temp.settle('entry 01', 'keep', first), 1, 'a decision about what is there now is taken') from page;
select is(pg_temp.settle('entry 01', 'keep', first), 0, 'and its repetition changes nothing') from page;
select pg_temp.deliver('entry 01', '8.88');
-- In one transaction every instant is the same.
update public.sync_export_entries set conflict_at = now() + interval '1 second' where entry_key = 'entry 01' and conflict_at is not null;
select pg_temp.refused('entry 01', 'keep', first, 'a late keep closes no conflict that came after it') from page;
select pg_temp.refused('entry 01', 'keep', '{"conflict_at": null}', 'nor does one that has seen none');
select is(pg_temp.settle('entry 01', 'keep', pg_temp.seen('entry 01')), 1, 'who has seen the newer one closes it');

update page set first = pg_temp.seen('entry 02');
select is(pg_temp.settle('entry 02', 'abandon'), 1, 'an admin gives an entry up');
select pg_temp.refused('entry 02', 'resend', first, 'another page, which shows it undecided, does not send it again') from page;
select is(pg_temp.settle('entry 02', 'resend', pg_temp.seen('entry 02')), 1, 'who has seen the decision may change it');

update page set first = pg_temp.seen('entry 03');
select is(pg_temp.settle('entry 03', 'resend', first), 1, 'an entry is sent again') from page;
update public.sync_export_entries set state = 'withdrawn' where entry_key = 'entry 03';
select pg_temp.refused('entry 03', 'resend', first, 'and then withdrawn: the repetition does not take it back') from page;
select pg_temp.refused('entry 03', 'resend', jsonb_build_object('sent_at', first -> 'sent_at'),
  'also when it names nothing but the send') from page;

update page set first = pg_temp.seen('entry 04');
update public.sync_export_entries set state = 'pending', batch_id = null where entry_key = 'entry 04';
select pg_temp.refused('entry 04', 'exported', first, 'what waits with other content is not exported by a late look') from page;
select is(pg_temp.settle('entry 04', 'exported'), 1, 'who names nothing decides about the entry as it is');
select throws_ok($$ select pg_temp.settle('entry 02', 'abandon', '{"decided_at": "yesterday-ish"}') $$,
  'PT422', 'invalid_entries', 'what was seen must be an instant');

select * from finish();
rollback;
