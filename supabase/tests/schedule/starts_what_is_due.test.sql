begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(10);

select is((select next_run_at from public.sync_integrations where id = sync_test.id('integration a')),
  pg_temp.hour(-1), 'saving a schedule sets the first slot after now');
select sync_scheduler.tick();
select is_empty($$ select from public.sync_run_log $$, 'nothing starts before its slot');

select pg_temp.make_due('integration a', pg_temp.hour());
select sync_scheduler.tick();
select results_eq(
  $$ select triggered_by::text, status::text, scheduled_for, integration_id, org_id, integration_type, triggered_by_user_id
     from public.sync_run_log $$,
  $$ values ('schedule', 'pending', pg_temp.hour(), sync_test.id('integration a'), sync_test.id('org a'), 'webhook',
       null::uuid) $$,
  'a due slot becomes a pending run of its integration');
select is((select next_run_at from public.sync_integrations where id = sync_test.id('integration a')),
  pg_temp.hour(-1), 'and the next slot is set');
select is(count(*)::integer, 1, 'its attempt is queued') from net.http_request_queue q
  join public.sync_run_log r on convert_from(q.body, 'UTF8')::jsonb ->> 'run_id' = r.run_id::text;
select is(sync_test.claim(pg_temp.active_run('integration a')) ->> 'integration_id',
  sync_test.id('integration a')::text, 'the worker can claim it');

select sync_scheduler.tick();
select is(count(*)::integer, 1, 'a second tick starts nothing') from public.sync_run_log;
-- pg_cron's own, which goes on meanwhile, is not counted.
select is((select started from sync_scheduler.ticks where ticked_at = now() order by tick_id offset 1 limit 1), 1,
  'the tick that started it says so');
select is((select count(*)::integer from sync_scheduler.ticks where ticked_at = now() and errors is null), 3, 'and none had an error');

select pg_temp.make_due('integration b', now());
select is((sync_scheduler.start_due_runs()).started, 1, 'a slot is due at its very instant');

select * from finish();
rollback;
