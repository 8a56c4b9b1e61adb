begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(10);
create function pg_temp.drifts() returns bigint language sql as $$
  select count(*) from public.sync_alerts where kind = 'drift'
$$;
update public.sync_integrations set catchup_window = '1 day';
create function pg_temp.minutes_ago(n integer) returns timestamptz language sql as $$
  select date_trunc('minute', now()) - make_interval(mins => n)
$$;
update public.sync_integrations set schedule = pg_temp.yearly();

select pg_temp.make_due('integration a', pg_temp.minutes_ago(3));
select sync_scheduler.tick();
select sync_test.claim(pg_temp.active_run('integration a'));
select is(pg_temp.drifts(), 0::bigint, 'a run that starts within five minutes raises nothing');

select pg_temp.make_due('integration b', pg_temp.minutes_ago(6));
update sync_scheduler.settings set max_active_per_type = 1;
select sync_scheduler.tick();
select is(pg_temp.active_run('integration b'), null, 'one that finds no free place waits');
select results_eq($$ select integration_id, severity::text, details ->> 'started_at' from public.sync_alerts where kind = 'drift' $$,
  $$ values (sync_test.id('integration b'), 'warning', null) $$, 'and raises the alert although it never started');
update sync_scheduler.settings set max_active_per_type = 10;
select sync_scheduler.tick();
select sync_scheduler.tick();
select sync_test.claim(pg_temp.active_run('integration b'));
select is(pg_temp.drifts(), 1::bigint, 'once, however often it is noticed');
select ok(r.started_at - r.scheduled_for > interval '5 minutes', 'it started late') from public.sync_run_log r
  where r.integration_id = sync_test.id('integration b');

delete from public.sync_alerts;
delete from public.sync_run_log;
update sync_scheduler.settings set drift_alert_after = '10 minutes';
select pg_temp.make_due('integration a', pg_temp.minutes_ago(8));
select pg_temp.make_due('integration b', pg_temp.minutes_ago(12));
select sync_scheduler.start_due_runs();
select sync_test.claim(pg_temp.active_run('integration a'));
select sync_test.claim(pg_temp.active_run('integration b'));
select results_eq($$ select integration_id from public.sync_alerts $$, $$ values (sync_test.id('integration b')) $$,
  'the limit is a setting, and a late start raises the alert too');

insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration a'), pg_temp.minutes_ago(30), 'schedule'),
  (sync_test.id('integration a'), pg_temp.minutes_ago(40), 'backfill');
select sync_scheduler.watch_drift();
select results_eq($$ select (details ->> 'scheduled_for')::timestamptz from public.sync_alerts
  where integration_id = sync_test.id('integration a') $$, $$ values (pg_temp.minutes_ago(30)) $$,
  'a queued slot that waits too long raises it; a backfill has no time of its own');

delete from sync_scheduler.queued_slots;
update sync_scheduler.settings set max_active_per_type = 100;
update public.sync_integrations set run_deadline = '1 minute' where id = sync_test.id('integration a');
select sync_scheduler.finish_run(r, 'succeeded') from public.sync_run_log r where r.integration_id = sync_test.id('integration a')
  and r.finished_at is null;
select pg_temp.make_due('integration a', pg_temp.minutes_ago(1));
select sync_scheduler.tick();
update public.sync_run_log set deadline_at = now() where run_id = pg_temp.active_run('integration a');
select sync_scheduler.recover_run(pg_temp.active_run('integration a'));
select is((select a.message from public.sync_alerts a join public.sync_run_log r using (run_id)
  where a.kind = 'drift' and r.scheduled_for = pg_temp.minutes_ago(1)),
  'A scheduled sync never started.', 'a run that fails before it ever started raises it, however short that was');

select sync_test.act_as('viewer');
select results_eq(
  $$ select org_id, sum(slots)::integer, sum(started)::integer, max(p50_seconds) between 480 and 540, max(max_seconds) < 600
     from public.sync_drift_statistics group by org_id $$,
  -- Summed, because midnight may lie between the two.
  $$ values (sync_test.id('org a'), 2, 1, true, true) $$, 'members see the drift of their organisation by day');
select is_empty($$ select from public.sync_alerts where org_id <> sync_test.id('org a') $$, 'and no foreign alert');

select * from finish();
rollback;
