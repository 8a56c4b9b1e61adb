-- What runs raise, and what resolves it.
begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(25);
-- The scheduler is alive, or each press would say that it is not.
insert into sync_scheduler.ticks default values;
update public.sync_integrations set manual_cooldown = '0 seconds', retry_base = '0 seconds', max_attempts = 2;
create temporary table run (run_id uuid);
create function pg_temp.start() returns void language sql as $$
  truncate run;
  insert into run select sync_test.trigger_as('coordinator');
$$;
create function pg_temp.attempt() returns integer language sql as $$ select r.attempt from public.sync_run_log r join run using (run_id) $$;
create function pg_temp.claim() returns void language sql as $$ select sync_test.claim(run_id, pg_temp.attempt()) from run $$;
create function pg_temp.finish(outcome text, class text default null) returns void language sql as $$
  select public.sync_worker_finish(run_id, pg_temp.attempt(), sync_test.token(run_id), outcome, class, 'away', 'It is away.') from run
$$;
create function pg_temp.stand_still() returns boolean language sql as $$
  update sync_scheduler.run_attempts set lease_expires_at = now() where ended_at is null;
  select sync_scheduler.recover_run(run_id) from run
$$;
create function pg_temp.open() returns text language sql as $$
  select string_agg(concat_ws(' ', a.kind, a.severity, a.count), ', ' order by a.kind) from public.sync_alerts a
  where a.resolved_at is null and a.integration_id = sync_test.id('integration a')
$$;

select pg_temp.start();
select pg_temp.claim();
select pg_temp.finish('failed', 'transient');
select is(pg_temp.open(), null, 'an attempt that fails and is repeated raises no alert');
select pg_temp.claim();
select pg_temp.finish('failed', 'transient');
select is((select status::text from public.sync_run_log join run using (run_id)), 'failed', 'when its attempts are used up, the run fails');
select is(pg_temp.open(), 'run_failed critical 1', 'and an alert says so');
select results_eq($$ select a.run_id, a.message, a.details ->> 'error_code', a.details ->> 'attempts' from public.sync_alerts a where a.kind = 'run_failed' $$,
  $$ select run_id, 'A sync failed. It is away.', 'away', '2' from run $$, 'in words, with what is to be known');
select pg_temp.start();
update public.sync_run_log r set deadline_at = now() from run where r.run_id = run.run_id;
select pg_temp.stand_still();
select is(pg_temp.open(), 'run_failed critical 2', 'the next run that fails is the same incident, also when it runs out of time');

select pg_temp.start();
select is(pg_temp.stand_still(), true, 'a dispatch without a claim is repeated');
select is(pg_temp.open(), 'run_failed critical 2', 'once that is nothing special');
select pg_temp.stand_still();
select is(pg_temp.open(), 'run_failed critical 2, dispatch_failing warning 1', 'twice is');
select pg_temp.stand_still();
select is(pg_temp.open(), 'run_failed critical 2, dispatch_failing warning 2', 'and is counted');
select pg_temp.claim();
select is(pg_temp.open(), 'run_failed critical 2', 'a claim shows that the function is there');
select pg_temp.stand_still();
select is(pg_temp.open(), 'run_failed critical 2, lost_worker warning 1', 'a worker that falls silent');
select pg_temp.claim();
select pg_temp.finish('succeeded');
select is(pg_temp.open(), null, 'a run that succeeds resolves what became of those before');
select is((select count(*)::integer from public.sync_alerts), 3, 'which stays to be read');

select pg_temp.start();
update sync_scheduler.run_attempts set dispatch_count = 6 where run_id = (select run_id from run);
select pg_temp.stand_still();
select is(pg_temp.open(), 'run_failed critical 1, dispatch_failing critical 1', 'a run that could not be delivered at all');
select results_eq($$ select a.details ->> 'dispatches', a.details ->> 'response_status' from public.sync_alerts a
  where a.kind = 'dispatch_failing' and a.resolved_at is null $$, $$ values ('6', null) $$, 'with what the function answered, if it did');
update sync_scheduler.run_attempts set claimed_at = claimed_at - interval '1 second' where claimed_at is not null;
select is(pg_temp.open(), 'run_failed critical 1, dispatch_failing critical 1', 'an old claim that an operator corrects shows nothing');
select pg_temp.start();
select pg_temp.claim();
select pg_temp.finish('cancelled');
select is(pg_temp.open(), 'run_failed critical 1', 'a cancelled run neither fails nor shows that it works');

select pg_temp.start();
select pg_temp.claim();
select pg_temp.finish('failed', 'permanent');
select is(pg_temp.open(), 'run_failed critical 2', 'a run that is refused is the same');
select pg_temp.start();
select pg_temp.claim();
select pg_temp.finish('failed', 'permanent');
select is(pg_temp.open(), 'run_failed critical 3', 'as often as that comes');

-- Slots.
delete from public.sync_alerts;
update public.sync_integrations set schedule = pg_temp.yearly();
select pg_temp.make_due('integration a', now() - interval '6 minutes');
select sync_scheduler.postpone_slot(sync_test.id('integration a'), 'broken');
-- The minute is over.
select pg_temp.make_due('integration a', now() - interval '6 minutes');
select sync_scheduler.start_due_runs();
select sync_scheduler.watch_drift();
truncate run;
insert into run select pg_temp.active_run('integration a');
select is(pg_temp.open(), 'drift warning 1, start_failed critical 1', 'a slot that has not started');
select pg_temp.claim();
select is(pg_temp.open(), 'drift warning 2', 'one that starts late is started, but late');
select pg_temp.finish('succeeded');
select is(pg_temp.open(), 'drift warning 2', 'and its success does not make it less late');
select pg_temp.make_due('integration a', now() - interval '1 minute');
select sync_scheduler.start_due_runs();
truncate run;
insert into run select pg_temp.active_run('integration a');
select pg_temp.claim();
select is(pg_temp.open(), null, 'a slot that starts in time does');

select sync_scheduler.raise_alert(i, 'drift', 'warning', now(), 'Late.') from public.sync_integrations i;
select sync_test.act_as('service_role');
select public.pause_integration_sync(sync_test.id('org a'), 'webhook');
select sync_test.act_as('owner');
select is(pg_temp.open(), null, 'of an integration that is paused no slot is late');
select is((select count(*)::integer from public.sync_alerts where resolved_at is null), 1, 'which is no news of any other');

select * from finish();
rollback;
