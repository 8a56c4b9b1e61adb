begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(15);
create temporary table run (run_id uuid);
grant select on run to authenticated;
create function pg_temp.steps(number integer default 1) returns text language plpgsql as $$
declare
  steps text;
begin
  perform sync_test.act_as('viewer');
  select string_agg(t.step, ' ') into steps from run, public.sync_run_timeline(run.run_id) t where t.attempt = number;
  perform sync_test.act_as('owner');
  return steps;
end
$$;
create function pg_temp.step(name text) returns jsonb language plpgsql as $$
declare
  found jsonb;
begin
  perform sync_test.act_as('viewer');
  select jsonb_build_object('at', extract(epoch from t.at - now())::integer) || t.detail into found
  from run, public.sync_run_timeline(run.run_id) t where t.step = name order by t.attempt limit 1;
  perform sync_test.act_as('owner');
  return found;
end
$$;

select pg_temp.make_due('integration a', pg_temp.hour());
select sync_scheduler.tick();
insert into run select pg_temp.active_run('integration a');
select is(pg_temp.steps(), 'due ticked queued', 'a scheduled run that has been posted');
-- The function answers; then half a minute of work.
insert into net._http_response (id, status_code, created) select a.request_id, 202, now() from sync_scheduler.run_attempts a;
select sync_test.claim(run_id) from run;
select is(pg_temp.steps(), 'due ticked queued accepted booted claimed', 'one that a worker has taken');
select public.sync_worker_heartbeat(run_id, 1, sync_test.token(run_id), first_vendor_byte_ms => 1500) from run;
select is(pg_temp.steps(), 'due ticked queued accepted booted claimed first_vendor_byte', 'one to which the external system has answered');
select is((pg_temp.step('first_vendor_byte') ->> 'ms_after_claim')::numeric, 1500::numeric, 'after so many milliseconds');
select public.sync_worker_heartbeat(run_id, 1, sync_test.token(run_id), first_vendor_byte_ms => 9000) from run;
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'failed', 'transient', 'away', 'It is away.', first_vendor_byte_ms => 9000) from run;
select is((pg_temp.step('first_vendor_byte') ->> 'ms_after_claim')::numeric, 1500::numeric, 'the first report stays');
select is(pg_temp.step('finished'), '{"at": 0, "outcome": "failed", "error_class": "transient", "error_code": "away", "error_message": "It is away."}',
  'how the attempt ended');
select is(pg_temp.step('booted'), '{"at": 0, "cold_start": false, "boot_ms": 25}', 'how the function came up');
select is(pg_temp.step('queued'), '{"at": 0, "dispatches": 1}', 'how often it was posted');

update public.sync_run_log set next_attempt_at = now() where run_id = (select run_id from run);
delete from sync_scheduler.ticks;
select sync_scheduler.tick();
select is(pg_temp.steps(2), 'ticked queued', 'a retry has its own steps');
select sync_test.claim(run_id, 2) from run;
select public.sync_worker_finish(run_id, 2, sync_test.token(run_id), 'succeeded', first_vendor_byte_ms => 10) from run;
select is(pg_temp.steps(2), 'ticked queued booted claimed first_vendor_byte finished', 'the end alone may report the external system');

truncate run;
insert into run select sync_test.trigger_as('coordinator', 'pressed');
delete from sync_scheduler.ticks;
select is(pg_temp.steps(), 'due queued', 'a press is due at once, and no tick posts it');
select throws_ok($$ select public.sync_worker_heartbeat(run_id, 1, sync_test.token(run_id), first_vendor_byte_ms => -1)
  from run, sync_test.claim(run_id) $$, 'PT422', 'invalid_worker_request', 'an answer cannot come before its question');

truncate run;
select sync_scheduler.skip_slots(i, array[pg_temp.hour(2)], 'overlap') from public.sync_integrations i where i.id = sync_test.id('integration b');
insert into run select r.run_id from public.sync_run_log r where r.status = 'skipped';
select sync_test.act_as('outsider');
select results_eq($$ select t.attempt, t.step, t.detail from run, public.sync_run_timeline(run.run_id) t $$,
  $$ values (0, 'due', '{"triggered_by": "schedule"}'::jsonb), (0, 'finished', '{"outcome": "skipped", "skip_reason": "overlap"}') $$,
  'a slot that was skipped has only its reason');
select sync_test.act_as('viewer');
select throws_ok($$ select public.sync_run_timeline(run_id) from run $$, 'PT403', 'not_authorized', 'a foreign run is not shown');
select throws_ok($$ select public.sync_run_timeline(sync_test.id('none')) $$, 'PT403', 'not_authorized', 'and one that does not exist gets the same answer');

select * from finish();
rollback;
