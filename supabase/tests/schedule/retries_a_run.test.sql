begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(10);

select pg_temp.make_due('integration a', pg_temp.hour());
select sync_scheduler.tick();
select pg_temp.work(pg_temp.active_run('integration a'));
create temporary table failed as select run_id from public.sync_run_log;
grant select on failed to authenticated;

select sync_test.act_as('coordinator');
create temporary table retry as
  select r.* from failed f, public.retry_integration_sync(f.run_id, 'key') r;
select results_eq($$ select parent_run_id, status::text, triggered_by::text, triggered_by_user_id, scheduled_for from retry $$,
  $$ select run_id, 'pending', 'manual', sync_test.id('coordinator'), null::timestamptz from failed $$,
  'a coordinator retries a failed run: a new run that names its parent and takes no slot');
select is((select r.run_id from failed f, public.retry_integration_sync(f.run_id, 'key') r), (select run_id from retry),
  'the same key returns the same run');
select throws_ok($$ select public.retry_integration_sync(run_id) from failed $$, 'PT409', 'sync_already_in_progress',
  'a second retry finds the first one active');
select throws_ok($$ select public.retry_integration_sync(run_id) from retry $$, 'PT409', 'run_not_retryable',
  'an active run cannot be retried');
select public.cancel_integration_sync(run_id) from retry;
select throws_ok($$ select public.retry_integration_sync(run_id) from failed $$, 'PT429', 'rate_limited',
  'a retry is a press like any other: the cooldown holds');
select throws_ok($$ select public.retry_integration_sync(run_id, ' ') from failed $$, 'PT422', 'invalid_idempotency_key',
  'a blank key is refused');
select throws_ok($$ select public.retry_integration_sync(sync_test.id('no such run')) $$, 'PT403', 'not_authorized',
  'a run that does not exist looks like a foreign one');

select sync_test.act_as('owner');
update public.sync_integrations set manual_cooldown = '0 seconds';
select sync_test.act_as('coordinator');
select is((select r.parent_run_id from retry, public.retry_integration_sync(retry.run_id) r), (select run_id from retry),
  'a cancelled run can be retried');
select sync_test.act_as('outsider');
select throws_ok($$ select public.retry_integration_sync(run_id) from failed $$, 'PT403', 'not_authorized',
  'no member retries another organisation''s run');
select sync_test.act_as('service_role');
select throws_ok($$ select public.retry_integration_sync(sync_test.id('no such run')) $$, 'PT403', 'not_authorized',
  'a backend that retries a run that does not exist hears the same');

select * from finish();
rollback;
