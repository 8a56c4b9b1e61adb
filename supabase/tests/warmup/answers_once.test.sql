begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(9);

delete from sync_scheduler.warmups;
select pg_temp.make_due('integration a', now() + interval '20 seconds');
select sync_scheduler.warm_up();
create temporary table warmup as
  select (convert_from(q.body, 'UTF8')::jsonb ->> 'scheduled_for')::timestamptz as slot,
    convert_from(q.body, 'UTF8')::jsonb ->> 'token' as token
  from net.http_request_queue q join sync_scheduler.warmups w on w.request_id = q.id;
grant select on warmup to service_role, authenticated;
create temporary table untouched as select * from sync_scheduler.warmups;

select sync_test.act_as('service_role');
select throws_ok($$ select public.sync_worker_warm(slot, repeat('0', 64), gen_random_uuid(), 1, true) from warmup $$,
  'PT401', 'invalid_token', 'a forged token is refused');
select throws_ok($$ select public.sync_worker_warm(slot, null, gen_random_uuid(), 1, true) from warmup $$,
  'PT401', 'invalid_token', 'no token is a forged token');
select throws_ok(
  $$ select public.sync_worker_warm(slot + interval '1 minute', token, gen_random_uuid(), 1, true) from warmup $$,
  'PT401', 'invalid_token', 'the token of another slot is refused');
select sync_test.act_as('owner');
select results_eq('select * from sync_scheduler.warmups', 'select * from untouched', 'none of them changed anything');

select sync_test.act_as('service_role');
select is((select public.sync_worker_warm(slot, token, sync_test.id('boot'), 25.5, true) from warmup),
  '{"recorded": true}', 'the function reports itself');
select throws_ok($$ select public.sync_worker_warm(slot, token, gen_random_uuid(), 1, false) from warmup $$,
  'PT409', 'already_claimed', 'once');
select sync_test.act_as('owner');
select results_eq('select boot_id, boot_ms, cold_start, answered_at from sync_scheduler.warmups',
  $$ values (sync_test.id('boot'), 25.5, true, now()) $$, 'and how it came up is recorded');

select sync_test.act_as('admin');
select throws_ok($$ select public.sync_worker_warm(slot, token, gen_random_uuid(), 1, true) from warmup $$,
  '42501', null, 'it is for the function alone');
select throws_ok('select from sync_scheduler.warmup_statistics', '42501', null, 'and the statistics for the operator');

select * from finish();
rollback;
