-- A function that is newer or older than the schema: nothing runs, nothing is used up, and there is an alert.
begin;
\ir ../fixtures.psql
select plan(16);

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
create function pg_temp.claim(protocol integer) returns jsonb language sql as $$
  select public.sync_worker_claim(run_id, 1, sync_test.token(run_id), sync_test.id('boot'), 25, true, protocol) from run
$$;
prepare state as
  select r.status::text, r.attempt, r.notice, r.error_code, r.started_at is null, a.claimed_at is null
  from public.sync_run_log r join run using (run_id) join sync_scheduler.run_attempts a using (run_id);

select throws_ok(
  $$ select public.sync_worker_claim(run_id, 1, repeat('0', 64), gen_random_uuid(), 1, true, 99) from run $$,
  'PT401', 'invalid_token', 'a forged token learns nothing of versions');

-- It is posted twice, which is no alert.
update sync_scheduler.run_attempts set lease_expires_at = now() where run_id = (select run_id from run);
select sync_scheduler.recover_runs();
select is(pg_temp.claim(upper(sync_scheduler.worker_protocols())), '{"refused": "schema_outdated"}', 'a newer function is refused');
select results_eq('state', $$ values ('pending', 1, 'schema_outdated', null, true, true) $$, 'its run waits and says why');
select results_eq(
  $$ select severity::text, count, details ->> 'reason' from public.sync_alerts where kind = 'dispatch_failing' and resolved_at is null $$,
  $$ values ('critical', 1, 'schema_outdated') $$, 'an alert says so too');
select ok(
  (select a.lease_expires_at > now() and a.dispatch_count = 0 from sync_scheduler.run_attempts a join run using (run_id)),
  'it is dispatched again later');

-- For as long as no tick looks, and long past its deadline.
create function pg_temp.repeat() returns void language plpgsql as $$
begin
  update public.sync_run_log set deadline_at = now() + interval '1 second' where run_id = (select run_id from run);
  update sync_scheduler.run_attempts set lease_expires_at = now() where run_id = (select run_id from run);
  perform sync_scheduler.recover_runs();
  perform pg_temp.claim(lower(sync_scheduler.worker_protocols()) - 1);
end;
$$;
select lives_ok(
  $$ select pg_temp.repeat() from generate_series(1, (select max_dispatches + 3 from sync_scheduler.settings)) $$,
  'it is refused more often than a dispatch may fail');
select results_eq('state', $$ values ('pending', 1, 'function_outdated', null, true, true) $$, 'the run still waits');
select ok(
  (select r.deadline_at > now() + interval '5 hours' from public.sync_run_log r join run using (run_id)),
  'its deadline counts from when it may run');
select is((select count(*) from public.sync_alerts where kind = 'dispatch_failing'), 1::bigint, 'it is one alert');
select is((select count(*) from public.sync_export_entries where state <> 'pending'), 0::bigint, 'no entry was touched');

select is(
  public.sync_worker_claim_probes(jsonb_build_array(jsonb_build_object('integration_id', sync_test.id('integration a'), 'token', 'x')),
    0),
  '{"refused": "function_outdated"}', 'it gets no connection checks either');

select is(sync_test.claim((select run_id from run)) ->> 'integration_type', 'webhook', 'one that understands the schema claims');
select results_eq('state', $$ values ('running', 1, null::text, null, false, false) $$, 'and the run runs, without a notice');
select is((select count(*) from public.sync_alerts where kind = 'dispatch_failing' and resolved_at is null), 0::bigint,
  'the alert is resolved');

-- It is not pending for ever.
update public.sync_integrations set manual_cooldown = '0 seconds';
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'cancelled') from run;
update run set run_id = sync_test.trigger_as('coordinator');
update public.sync_run_log set triggered_at = now() - interval '7 days' where run_id = (select run_id from run);
select pg_temp.repeat();
select ok((select r.deadline_at = now() + interval '1 second' from public.sync_run_log r join run using (run_id)),
  'after a week its deadline no longer moves');
update public.sync_run_log set deadline_at = now() where run_id = (select run_id from run);
update sync_scheduler.run_attempts set lease_expires_at = now() where ended_at is null;
select sync_scheduler.recover_runs();
select is((select r.status || ' ' || r.error_code from public.sync_run_log r join run using (run_id)), 'failed deadline_exceeded',
  'and it fails');

select * from finish();
rollback;
