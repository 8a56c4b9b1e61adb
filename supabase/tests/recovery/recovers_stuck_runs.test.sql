begin;
\ir ../fixtures.psql
select plan(19);

update public.sync_integrations set manual_cooldown = '0 seconds', max_attempts = 2, retry_base = '1 minute';
update sync_scheduler.settings set max_dispatches = 3;
create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
create function pg_temp.expire() returns integer language plpgsql as $$
begin
  update sync_scheduler.run_attempts set lease_expires_at = now() where ended_at is null;
  return sync_scheduler.recover_runs();
end
$$;

select is(sync_scheduler.recover_runs(), 0, 'a run whose time has not come is left alone');
select is(pg_temp.expire(), 1, 'an unclaimed attempt is dispatched again');
select is((select lease_expires_at - now() from sync_scheduler.run_attempts), interval '1 minute',
  'and gets twice the time');
select is(pg_temp.expire(), 1, 'and again');
select is(pg_temp.expire(), 1, 'up to a limit');
select results_eq('select status::text, error_code from public.sync_run_log',
  $$ values ('failed', 'dispatch_exhausted') $$, 'then the run fails and says why');
select results_eq('select outcome::text, dispatch_count from sync_scheduler.run_attempts',
  $$ values ('undelivered', 3) $$, 'with the whole story in the attempt');

delete from run;
insert into run select sync_test.trigger_as('coordinator');
select sync_test.claim(run_id) from run;
select pg_temp.expire();
select results_eq('select status::text, error_code, next_attempt_at >= now() from public.sync_run_log join run using (run_id)',
  $$ values ('pending', 'worker_lost', true) $$, 'a silent worker''s run is tried again after a backoff');
update public.sync_run_log set next_attempt_at = now() where status = 'pending';
select is(sync_scheduler.recover_runs(), 1, 'which the recovery dispatches when it is due');
select sync_test.claim(run_id, 2) from run;
select pg_temp.expire();
select is((select status::text from public.sync_run_log join run using (run_id)), 'failed',
  'until the attempts are used up');

delete from run;
insert into run select sync_test.trigger_as('coordinator');
select sync_test.claim(run_id) from run;
update public.sync_run_log set deadline_at = now() + interval '1 second' where status = 'running';
select public.sync_worker_heartbeat(run_id, 1, sync_test.token(run_id)) from run;
create temporary table batch as
  select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 2) as batch from run;
update public.sync_run_log set deadline_at = now() where status = 'running';
select is(sync_scheduler.recover_runs(), 0, 'past its deadline a run is left to its worker for as long as the lease says');
select throws_ok('select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 2) from run',
  'PT409', 'attempt_not_current', 'which gets nothing more to send');
update sync_scheduler.run_attempts set lease_expires_at = now() + interval '1 second' where ended_at is null;
select lives_ok('select public.sync_worker_heartbeat(run_id, 1, sync_test.token(run_id)) from run',
  'it may hold on to the batch that is on its way');
select is((select lease_expires_at - now() from sync_scheduler.run_attempts where ended_at is null), interval '1 minute',
  'under a lease as long as any, since that is what it counts on');
savepoint hanging;
update public.sync_run_log set deadline_at = now() - interval '1 minute' where status = 'running';
select throws_ok('select public.sync_worker_heartbeat(run_id, 1, sync_test.token(run_id)) from run',
  'PT409', 'attempt_not_current', 'for one slice at most');
rollback to hanging;
select is(
  (select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (batch ->> 'batch_id')::uuid,
     sync_test.results(batch, 'exported')) ->> 'entries_done' from run, batch),
  '2', 'and say what became of it');
select throws_ok('select public.sync_worker_heartbeat(run_id, 1, sync_test.token(run_id)) from run',
  'PT409', 'attempt_not_current', 'then there is nothing left to hold on for');
select pg_temp.expire();
select is((select error_code from public.sync_run_log join run using (run_id)), 'deadline_exceeded',
  'then it fails, alive or not');
select throws_ok('select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), ''succeeded'') from run',
  'PT409', 'attempt_not_current', 'and its worker learns it');

select * from finish();
rollback;
