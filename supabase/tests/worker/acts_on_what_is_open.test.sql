-- What a run does with its attempts and batches concerns the current attempt and what is open, not what is over.
begin;
\ir ../fixtures.psql
select plan(7);

update public.sync_integrations set manual_cooldown = '0 seconds', max_attempts = 1, retry_base = '1 hour';
create temporary table run (run_id uuid);
create function pg_temp.start() returns void language sql as $$
  truncate run;
  insert into run select sync_test.trigger_as('service_role');
$$;
create function pg_temp.finish(number integer, outcome text, class text default null, checkpoint jsonb default null, stuck uuid default null) returns text language sql as $$
  select public.sync_worker_finish(run_id, number, sync_test.token(run_id), outcome, class, case when class is not null then 'code' end,
    case when class is not null then 'In words.' end, checkpoint := checkpoint, stuck_batch := stuck) ->> 'status' from run
$$;

-- The first attempt booted its function and went on; the second one fails in a function that was up.
update public.sync_integrations set max_attempts = 5;
select pg_temp.start();
select sync_test.claim(run_id, 1, true) from run;
select pg_temp.finish(1, 'continued', null, '{"page": 2}');
select sync_test.claim(run_id, 2, false) from run;
select is(pg_temp.finish(2, 'failed', 'transient'), 'pending', 'a run whose function was up waits');
select ok((select r.next_attempt_at > now() from public.sync_run_log r join run using (run_id)), 'and is not started again at once because an earlier attempt was a cold start');
select is_empty($$ select from public.sync_alerts where kind = 'cold_start_failure' $$, 'nor is that reported');
update public.sync_run_log r set next_attempt_at = now() from run where r.run_id = run.run_id;
select sync_scheduler.recover_run(run_id) from run;
select public.cancel_integration_sync(run_id) from run;

-- Two open attempts, which no lock would allow: the end of one is not the end of the other.
select pg_temp.start();
insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at) select run_id, 2, 'x', now() from run;
select sync_scheduler.mark_attempt_ended(r, 'lost') from public.sync_run_log r join run using (run_id);
select results_eq('select a.attempt, a.outcome::text from sync_scheduler.run_attempts a join run using (run_id) order by a.attempt',
  $$ values (1, 'lost'), (2, null) $$, 'the current attempt ends, and no other');
update sync_scheduler.run_attempts a set ended_at = now(), outcome = 'lost' from run where a.run_id = run.run_id and a.attempt = 2;
select public.cancel_integration_sync(run_id) from run;

-- A batch that is settled is not stuck, whatever the worker says: the run has no other attempt for it.
update public.sync_integrations set max_attempts = 1;
select pg_temp.start();
select sync_test.claim(run_id) from run;
create temporary table batch as select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 2) as batch from run;
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (batch ->> 'batch_id')::uuid, sync_test.results(batch, 'pending')) from run, batch;
update batch set batch = (select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 2) from run);
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (batch ->> 'batch_id')::uuid, sync_test.results(batch, 'rejected')) from run, batch;
update sync_scheduler.run_attempts a set settled_before = 2 from run where a.run_id = run.run_id;
select is(pg_temp.finish(1, 'failed', 'transient', null, (select (batch ->> 'batch_id')::uuid from batch)), 'failed', 'a batch of known outcome is not set aside');

-- An alert that is over stays so. What was refused since is of the next one.
create temporary table older as
with made as (
  insert into public.sync_alerts (org_id, integration_id, integration_type, kind, severity, dedup_key, message, resolved_at)
  values (sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'entries_refused', 'warning', 'x', 'x', now() - interval '1 day') returning alert_id)
select * from made;
select sync_test.act_as('service_role');
select public.add_sync_entries(sync_test.id('org a'), 'webhook', '[{"entry_key": "bad"}]');
select sync_test.act_as('owner');
select public.acknowledge_sync_alert(alert_id) from older;
select is((select count(*) from sync_scheduler.refused_entries), 1::bigint, 'to acknowledge it once more forgets no refused entry');
select is((select a.resolved_at from public.sync_alerts a join older using (alert_id)), now() - interval '1 day', 'and does not end it again');

select * from finish();
rollback;
