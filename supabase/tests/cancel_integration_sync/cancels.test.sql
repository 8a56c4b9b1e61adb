begin;
\ir ../fixtures.psql
select plan(10);

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
grant select on run to public;
create temporary table token as select sync_test.token(run_id) as token from run;

select sync_test.act_as('coordinator');
select results_eq(
  $$ select c.status::text, c.cancel_requested_by, c.cancel_reason
     from run, public.cancel_integration_sync(run_id, 'Wrong period') c $$,
  $$ values ('cancelled', sync_test.id('coordinator'), 'Wrong period') $$,
  'a pending run is cancelled at once, with who and why');
select is((select (public.cancel_integration_sync(run_id, 'again')).cancel_reason from run), 'Wrong period',
  'once more changes nothing');
select sync_test.act_as('owner');
select throws_ok(
  $$ select public.sync_worker_claim(run_id, 1, token, gen_random_uuid(), 1, true) from run, token $$,
  'PT409', 'attempt_not_current', 'the request on its way starts nothing');

update public.sync_integrations set manual_cooldown = '0 seconds';
truncate run;
insert into run select sync_test.trigger_as('coordinator');
select sync_test.claim(run_id) from run;
select sync_test.act_as('admin');
select is((select (public.cancel_integration_sync(run_id)).status::text from run), 'running',
  'a running run is asked to stop');
select sync_test.act_as('owner');
select is(
  (select (public.sync_worker_heartbeat(run_id, 1, sync_test.token(run_id)) ->> 'cancel_requested')::boolean from run),
  true, 'its worker hears of it at the next call');
select is(
  (select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'cancelled') ->> 'status' from run),
  'cancelled', 'and ends it');

truncate run;
insert into run select sync_test.trigger_as('coordinator');
select sync_test.claim(run_id) from run;
select sync_test.act_as('admin');
select public.cancel_integration_sync(run_id) from run;
select sync_test.act_as('owner');
update sync_scheduler.run_attempts set lease_expires_at = now() where ended_at is null;
select sync_scheduler.recover_runs();
select is((select status::text from public.sync_run_log join run using (run_id)), 'cancelled',
  'a cancelled run whose worker is dead is cancelled by the recovery');

truncate run;
insert into run select sync_test.trigger_as('coordinator');
select sync_test.claim(run_id) from run;
select sync_test.act_as('admin');
select public.cancel_integration_sync(run_id) from run;
select sync_test.act_as('owner');
select is(
  (select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'continued') ->> 'status' from run),
  'cancelled', 'no further slice is started');
select is((select count(*)::int from public.sync_run_log where status <> 'cancelled'), 0, 'nothing is left active');

truncate run;
insert into run select sync_test.trigger_as('coordinator');
select sync_test.claim(run_id) from run;
select sync_test.act_as('admin');
select public.cancel_integration_sync(run_id) from run;
select sync_test.act_as('owner');
select is(
  (select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'succeeded') ->> 'status' from run),
  'succeeded', 'a worker that was done before it heard of it has succeeded');

select * from finish();
rollback;
