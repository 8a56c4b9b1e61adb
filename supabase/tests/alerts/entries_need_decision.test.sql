-- Open from the first undecided entry until none is left, whatever changes entries.
begin;
\ir ../fixtures.psql
\ir ../failed_run.psql
select plan(24);
create function pg_temp.details() returns jsonb language sql as $$
  select a.details from public.sync_alerts a where a.kind = 'entries_need_decision' and a.resolved_at is null
$$;
create temporary table set_aside as select gen_random_uuid() as run_id;

create temporary table run as select pg_temp.start() as run_id;
select pg_temp.settle_next(run_id, 2, 'exported') from run;
select is(pg_temp.open(), 'none', 'what is exported needs no decision');
select pg_temp.settle_next(run_id, 2, 'rejected') from run;
select is(pg_temp.open(), 'entries_need_decision warning 1', 'the first rejected entry opens the alert, while the run goes on');
select pg_temp.settle_next(run_id, 1, 'rejected') from run;
select is(pg_temp.details(), '{"undecided": 3, "added": 3, "entry_keys": ["entry 03", "entry 04", "entry 05"]}', 'further ones are added');
select is((select a.message from public.sync_alerts a), '3 entries need a decision: rejected, contradicted by the source, or of unknown '
  || 'outcome. An admin decides in the outbox, or with settle_sync_entries.', 'in words, with the next step');
select pg_temp.settle_next(run_id, 5, 'exported') from run;
select pg_temp.finish(run_id, 'succeeded') from run;
select results_eq($$ select r.status::text, r.entries_done, r.entries_failed from public.sync_run_log r $$, $$ values ('succeeded', 7, 3) $$,
  'the run is a success with three rejected');
select results_eq($$ select a.run_id, a.message from public.sync_alerts a $$, $$ select run_id, '3 entries need a decision: rejected, '
  || 'contradicted by the source, or of unknown outcome. An admin decides in the outbox, or with settle_sync_entries. The last sync '
  || 'added 3: entry 03, entry 04, entry 05.' from run $$, 'the alert names the run and the first keys');

select pg_temp.settle('abandon', '{entry 03}');
select is(pg_temp.details() -> 'undecided', '2', 'abandon decides');
select pg_temp.settle('exported', '{entry 04}');
select is(pg_temp.details() -> 'undecided', '1', 'what a person has booked is decided');
select pg_temp.settle('resend', '{entry 05}');
select is(pg_temp.open(), 'none', 'resend decides, and with the last one the alert ends');
select pg_temp.settle('abandon', '{entry 03}');
select is(pg_temp.open(), 'none', 'once');

select pg_temp.deliver('{entry 01,entry 02}', '9.99');
select is(pg_temp.open(), 'entries_need_decision warning 1', 'a conflict opens it');
select is(pg_temp.details(), '{"undecided": 2, "added": 2, "entry_keys": ["entry 01", "entry 02"]}', 'with the keys of the delivery');
select pg_temp.deliver('{entry 01,entry 02}', '9.99');
select is(pg_temp.details() -> 'undecided', '2', 'the same delivery again adds nothing');
select pg_temp.settle('keep', '{entry 01}');
select is(pg_temp.open(), 'entries_need_decision warning 1', 'keep decides about one');
select pg_temp.settle('keep', '{entry 02}');
select is(pg_temp.open(), 'none', 'and about the other');

-- Entry 05 is rejected again.
select pg_temp.run(0, 1, 'succeeded');
select is(pg_temp.open(), 'entries_need_decision warning 1', 'a second refusal of the same entry needs a second decision');
update public.sync_export_entries set decided_at = now() where undecided;
select is(pg_temp.open(), 'none', 'whatever decides, the alert follows');

-- Set aside.
select pg_temp.deliver('{late 1,late 2}', '1.00');
truncate run;
insert into run select pg_temp.start();
select pg_temp.settle_next(run_id, 2, 'unknown') from run;
select is(pg_temp.open(), 'none', 'an unknown outcome alone needs no decision: the engine asks');
update public.sync_export_entries e set set_aside_run_id = run.run_id from run where e.state = 'unknown';
select is(pg_temp.open(), 'entries_need_decision warning 1', 'a batch that is set aside does');
update public.sync_export_entries e set state = 'exported', exported_at = now(), unknown_since = null where e.entry_key = 'late 1';
select is(pg_temp.details() -> 'undecided', '1', 'what becomes of it ends that, one by one');
update public.sync_export_entries e set state = 'pending', batch_id = null, unknown_since = null where e.entry_key = 'late 2';
select is(pg_temp.open(), 'none', 'or another way');

-- Two integrations in one statement, and a row that is deleted.
update public.sync_export_entries set state = 'rejected' where state = 'pending' and entry_key in ('late 2', 'entry 10');
select is((select count(*)::integer from public.sync_alerts where kind = 'entries_need_decision' and resolved_at is null), 2, 'each integration has its own alert');
delete from public.sync_export_entries where entry_key = 'late 2';
select is(pg_temp.open(), 'none', 'an entry that is gone needs no decision');
delete from public.organizations where id = sync_test.id('org b');
select is((select count(*)::integer from public.sync_alerts where resolved_at is null and kind = 'entries_need_decision'), 0, 'nor does one whose organisation is gone');

select * from finish();
rollback;
