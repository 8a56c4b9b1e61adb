begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(9);
update sync_scheduler.settings set installed_at = now() - interval '1 day';

-- Away for fifteen hours; slots older than twelve are not worth running any more.
select pg_temp.make_due('integration a', pg_temp.hour(15));
select sync_scheduler.tick();
select results_eq($$ select * from pg_temp.slots('integration a') $$,
  $$ select n, case when n = 0 then 'pending' else 'skipped' end,
       case when n = 0 then null when pg_temp.hour(n) < now() - interval '12 hours' then 'missed' else 'coalesced' end
     from generate_series(15, 0, -1) n $$,
  'the last slot runs for all that were missed, and each of those is a row with its reason');
select is((select next_run_at from public.sync_integrations where id = sync_test.id('integration a')),
  pg_temp.hour(-1), 'the next slot is in the future');
select is((select array[started, skipped] from sync_scheduler.ticks order by tick_id desc limit 1), '{1,15}', 'the tick counts what it started and what it skipped');
select is((select concat_ws(' ', count, details ->> 'slots') from public.sync_alerts where kind = 'missed_slot'), (
  select concat_ws(' ', 1, count(*)) from pg_temp.slots('integration a') where reason = 'missed'), 'slots that were missed raise one alert');

select is((select count(*)::integer from public.sync_alerts where kind = 'scheduler_dead'), 0, 'the tick that is back does not report itself as dead');

-- Only one, but too old.
update public.sync_integrations set schedule = pg_temp.yearly() where id = sync_test.id('integration b');
select pg_temp.make_due('integration b', date_trunc('day', now() - interval '40 days'));
select sync_scheduler.tick();
select is((select skip_reason::text from public.sync_run_log where integration_id = sync_test.id('integration b')), 'missed',
  'a single slot beyond the window is missed');
select is((select details ->> 'slots' from public.sync_alerts where kind = 'missed_slot' and integration_id = sync_test.id('integration b')), '1',
  'which an alert says');

-- Away for a week, every ten minutes: recorded in rounds of a batch each.
delete from public.sync_run_log;
update public.sync_integrations set schedule = '*/10 * * * *' where id = sync_test.id('integration a');
select pg_temp.make_due('integration a', pg_temp.hour(150));
select sync_scheduler.tick();
select is((select count(*)::integer from pg_temp.slots('integration a') where status = 'skipped'),
  floor(extract(epoch from now() - pg_temp.hour(150)) / 600)::integer, 'every slot of a long absence is a row');
select is((select count(*)::integer from pg_temp.slots('integration a') where status = 'pending'), 1, 'and one runs');

select * from finish();
rollback;
