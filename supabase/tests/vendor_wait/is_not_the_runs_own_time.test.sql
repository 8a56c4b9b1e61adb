begin;
\ir ../fixtures.psql
\ir ../pause.psql
select plan(29);

update public.sync_integrations set run_deadline = '6 hours', max_attempts = 100, time_zone = 'Europe/Oslo';
create function pg_temp.next() returns void language plpgsql as $$
begin
  update public.sync_run_log set next_attempt_at = now() where finished_at is null;
  perform sync_scheduler.recover_runs();
  perform sync_test.claim((pg_temp.run()).run_id, (pg_temp.run()).attempt);
end
$$;
create function pg_temp.ended() returns public.sync_run_log language sql as $$
  select r from public.sync_run_log r where r.org_id = sync_test.id('org a')
$$;

select pg_temp.begin_run('running');
select is(pg_temp.finish('failed', 'rate_limited', 36000), 'pending', 'a hint of ten hours is waited for');
select is((pg_temp.run()).next_attempt_at, now() + interval '10 hours', 'in full');
select is((pg_temp.run()).deadline_at, now() + interval '16 hours', 'the deadline moves by it');
select is((pg_temp.run()).quota_until, now() + interval '10 hours', 'the run says until when');
select alike((pg_temp.run()).error_message, 'In words. The vendor''s quota is used up until __:__ (Europe/Oslo).', 'in words, too');
select is(sync_scheduler.waits_for(pg_temp.run()), 'vendor_quota_exhausted', 'that is what it waits for');
select sync_test.act_as('coordinator');
select results_eq(
  $$ select button_message, button_details ->> 'notice', (button_details ->> 'quota_until')::timestamptz, quota_until
     from public.sync_overview(sync_test.id('org a')) $$,
  $$ values ('sync_already_in_progress', 'vendor_quota_exhausted', now() + interval '10 hours', now() + interval '10 hours') $$,
  'the button says so');
select throws_ok($$ select public.trigger_integration_sync(sync_test.id('org a'), 'webhook') $$, 'PT409', 'sync_already_in_progress',
  'as does a press');
select sync_test.act_as('owner');

select pg_temp.next();
select is((pg_temp.run()).quota_until, null, 'the next attempt forgets it');
select is(pg_temp.finish('failed', 'rate_limited', 50400), 'pending', 'a day in total is waited for');
select pg_temp.next();
select is(pg_temp.finish('failed', 'rate_limited', 61), 'failed', 'a minute more is not');
select is((pg_temp.ended()).error_code, 'vendor_quota_exhausted', 'the run fails for it');
select is((pg_temp.ended()).quota_until, now() + interval '61 seconds', 'with the instant that the vendor named');
select alike((pg_temp.ended()).error_message, 'The vendor''s quota is used up until __:__ (Europe/Oslo).', 'in words');
select is((select status::text from public.sync_integration_health where integration_id = sync_test.id('integration a')), 'degraded',
  'the connection is not broken');
select is((select quota_until from public.sync_overview(sync_test.id('org a'))), now() + interval '61 seconds',
  'the overview names the instant still') from sync_test.act_as('service_role');
select sync_test.act_as('owner');
select ok((select deadline_at - triggered_at from pg_temp.ended()) <= interval '30 hours',
  'no run lasts longer than its deadline and the longest wait');

-- A hint of a day, to the second.
delete from public.sync_run_log;
select pg_temp.begin_run('running');
select is(pg_temp.finish('failed', 'rate_limited', 86400), 'pending', 'a hint of a day is waited for');
select alike((pg_temp.run()).error_message, '%is used up until ____-__-__ __:__ (Europe/Oslo).', 'its day is named: the time alone is today''s, too');
-- A hint that is longer by itself.
delete from public.sync_run_log;
select pg_temp.begin_run('running');
select is(pg_temp.finish('failed', 'rate_limited', 86401), 'failed', 'a hint of more than a day is not waited for');
select alike((pg_temp.ended()).error_message, 'The vendor''s quota is used up until ____-__-__ __:__ (Europe/Oslo).',
  'its day is named');
delete from public.sync_run_log;
select pg_temp.begin_run('running');
select is(pg_temp.finish('failed', 'ambiguous', 1e9), 'failed', 'nor one of years, with an outage');
select alike((pg_temp.ended()).error_message, 'The vendor asks us to come back at %', 'which speaks of no quota');

-- What burns attempts does so with a hint as well.
delete from public.sync_run_log;
update public.sync_integrations set max_attempts = 2;
select pg_temp.begin_run('running');
select is(pg_temp.finish('failed', 'transient', 40000), 'pending', 'an outage with a hint is waited for');
select is((pg_temp.run()).deadline_at - now(), interval '6 hours' + interval '40000 seconds', 'likewise');
select pg_temp.next();
select is(pg_temp.finish('failed', 'transient', 40000), 'failed', 'and burns an attempt');
select is((pg_temp.ended()).error_code, 'code', 'because of it the run fails');

-- The connector's own waits are the run's own time.
delete from public.sync_run_log;
select pg_temp.begin_run('running');
select public.sync_worker_finish(r.run_id, 1, sync_test.token(r.run_id), 'failed', 'rate_limited', 'not_visible', 'x', 3600,
  blames => 'nobody')
from pg_temp.run() r;
select is((pg_temp.run()).deadline_at, now() + interval '6 hours', 'a wait that we choose ourselves moves no deadline');

-- A run past its deadline gets no further time.
delete from public.sync_run_log;
select pg_temp.begin_run('running');
update public.sync_run_log set deadline_at = now() where finished_at is null;
select pg_temp.finish('failed', 'rate_limited', 36000);
select is((pg_temp.run()).next_attempt_at, now(), 'a run past its deadline waits for nothing');

select * from finish();
rollback;
