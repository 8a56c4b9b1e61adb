-- One message for each run that adds undecided entries, with how many and the first keys.
begin;
\ir ../fixtures.psql
\ir ../alert_webhook.psql
\ir ../failed_run.psql
select plan(14);
create function pg_temp.read() returns void language sql as $$ update sync_scheduler.alert_messages set delivered_at = now() $$;
create function pg_temp.last_text() returns text language sql as $$
  select regexp_replace(m.body ->> 'text', '^.*settle_sync_entries\.', '') from sync_scheduler.alert_messages m order by m.number desc limit 1
$$;
insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
select sync_test.id('integration a'), 'more ' || lpad(n::text, 2, '0'), '2026-10', 'M-' || n, '{}' from generate_series(1, 20) n;
select pg_temp.connect();
select pg_temp.read();

create temporary table run as select pg_temp.start() as run_id;
select pg_temp.settle_next(run_id, 2, 'rejected') from run;
select pg_temp.settle_next(run_id, 1, 'rejected') from run;
select is(pg_temp.waiting(), null, 'while a run goes on it is not known how many it adds');
select pg_temp.settle_next(run_id, 2, 'exported') from run;
select pg_temp.finish(run_id, 'succeeded') from run;
select is(pg_temp.waiting(), 'alert.raised entries_need_decision', 'when it ends there is one message');
select is(pg_temp.last_text(), ' The last sync added 3: entry 01, entry 02, entry 03.', 'with how many, and their keys');
select is((select m.body #> '{data,details}' from sync_scheduler.alert_messages m where m.delivered_at is null),
  '{"undecided": 3, "added": 3, "entry_keys": ["entry 01", "entry 02", "entry 03"]}', 'also for programs');
select pg_temp.read();

select pg_temp.run(1, 0, 'succeeded');
select is(pg_temp.waiting(), null, 'a run that adds none sends none');
select pg_temp.run(0, 12, 'failed', 'permanent');
select is(pg_temp.waiting(), 'alert.raised run_failed, alert.updated entries_need_decision', 'the next one that adds some sends one, also if it fails');
select is(pg_temp.last_text(), ' The last sync added 12: entry 07, entry 08, entry 09, entry 10, more 01, more 02, more 03, more 04, '
  || 'more 05, more 06, ...', 'with the first ten keys');
select pg_temp.read();

select pg_temp.settle('abandon', array(select e.entry_key from public.sync_export_entries e where e.undecided and e.entry_key <> 'entry 07'));
select is(pg_temp.waiting(), null, 'a decision is no news');
select pg_temp.settle('abandon', '{entry 07}');
select is(pg_temp.waiting(), 'alert.resolved entries_need_decision', 'the last one is');
select pg_temp.read();

select pg_temp.deliver('{entry 04}', '9.99');
select is(pg_temp.waiting() || pg_temp.last_text(), 'alert.raised entries_need_decision A delivery added 1: entry 04.', 'a conflict is reported when it is delivered');
select pg_temp.deliver('{entry 05}', '9.99');
select is((select count(*)::integer from sync_scheduler.alert_messages where delivered_at is null), 1, 'a host that delivers in many calls causes one message');
update public.sync_alerts set news_at = news_at - interval '61 minutes' where resolved_at is null;
select pg_temp.deliver('{entry 06}', '9.99');
select is(pg_temp.last_text(), ' A delivery added 2: entry 05, entry 06.', 'an hour, with what has been added since');
select pg_temp.read();

-- Decided before anything was reported.
select pg_temp.settle('keep', '{entry 04,entry 05,entry 06}');
select pg_temp.read();
truncate run;
insert into run select pg_temp.start();
select pg_temp.settle_next(run_id, 1, 'rejected') from run;
select pg_temp.settle('abandon', array(select e.entry_key from public.sync_export_entries e where e.undecided));
select pg_temp.finish(run_id, 'succeeded') from run;
select is(pg_temp.waiting(), 'alert.resolved run_failed', 'what is decided before the run has ended is no news');
select pg_temp.read();

truncate run;
insert into run select pg_temp.start();
select pg_temp.settle_next(run_id, 1, 'rejected') from run;
update sync_scheduler.run_attempts set lease_expires_at = now() where ended_at is null;
update public.sync_run_log set deadline_at = now() where finished_at is null;
select sync_scheduler.recover_run(run_id) from run;
select is(pg_temp.waiting(), 'alert.raised run_failed, alert.raised entries_need_decision', 'a run whose worker dies is reported by the recovery');

select * from finish();
rollback;
