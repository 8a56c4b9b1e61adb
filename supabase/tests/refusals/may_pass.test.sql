-- A refusal within an hour of a success may pass by itself.
begin;
\ir ../fixtures.psql
\ir ../pause.psql
select plan(33);

update public.sync_integrations set max_attempts = 1, run_deadline = '1 day';
create function pg_temp.export_some() returns void language plpgsql as $$
declare
  batch jsonb := pg_temp.reserve(1);
begin
  perform public.sync_worker_record_results(r.run_id, r.attempt, sync_test.token(r.run_id), (batch ->> 'batch_id')::uuid,
    sync_test.results(batch, 'exported')) from pg_temp.run() r;
end
$$;
create function pg_temp.refuse(code text default 'not_found', blames text default null) returns text language sql as $$
  select public.sync_worker_finish(r.run_id, r.attempt, sync_test.token(r.run_id), 'failed', 'permanent', code, 'In words.',
    blames => blames)
    ->> 'status' from pg_temp.run() r
$$;
create function pg_temp.health() returns text language sql as $$
  select status::text from public.sync_integration_health where integration_id = sync_test.id('integration a')
$$;
create function pg_temp.wait() returns interval language sql as $$ select next_attempt_at - now() from pg_temp.run() $$;
-- What has happened lies so much longer ago, and the next attempt is claimed.
create function pg_temp.next(time_passed interval) returns void language plpgsql as $$
begin
  update sync_scheduler.run_attempts set ended_at = ended_at - time_passed;
  update public.sync_integration_health set last_success_at = last_success_at - time_passed;
  update public.sync_run_log set next_attempt_at = now() where finished_at is null;
  perform sync_scheduler.recover_runs();
  perform sync_test.claim((pg_temp.run()).run_id, (pg_temp.run()).attempt);
end
$$;

-- Without any success a refusal is final.
select pg_temp.begin_run('running');
select is(pg_temp.refuse(), 'failed', 'a refusal before any success is final');
select is(pg_temp.health(), 'needs_attention', 'and needs a person');
delete from public.sync_run_log;
delete from public.sync_alerts;

select pg_temp.begin_run('running');
select pg_temp.export_some();
select sync_scheduler.record_health(sync_test.id('integration a'), 'healthy');
select is(pg_temp.refuse(), 'pending', 'within an hour of a success it is tried again');
select is(pg_temp.wait(), interval '30 seconds', 'after 30 seconds');
select is((pg_temp.run()).error_code, 'not_found', 'the run says what it met');
select is(pg_temp.health(), 'healthy', 'health stays as it was');
select is_empty($$ select from public.sync_alerts $$, 'nothing is raised');
select is((select f.burnt from sync_scheduler.count_failures(pg_temp.run()) f), 0, 'no attempt is burnt');
select pg_temp.next('30 seconds');
select is(pg_temp.refuse(), 'pending', 'a second refusal');
select is(pg_temp.wait(), interval '1 minute', 'waits for a minute');
select pg_temp.next('1 minute');
select pg_temp.refuse();
select is(pg_temp.wait(), interval '2 minutes', 'a third for two');
select pg_temp.next('2 minutes');
select pg_temp.refuse();
select is(pg_temp.wait(), interval '4 minutes', 'a fourth for four');
select pg_temp.next('4 minutes');
select pg_temp.refuse();
select is(pg_temp.wait(), interval '2 minutes 30 seconds', 'the last try comes ten minutes after the first refusal');
select pg_temp.next('2 minutes 30 seconds');
select is(pg_temp.refuse(), 'failed', 'which is final');
select is(pg_temp.health(), 'needs_attention', 'and needs a person');
select is(count(*)::integer, 1, 'who is notified once') from public.sync_alerts;

-- Another kind of failure in between burns its attempt, and a success in between begins nothing anew.
delete from public.sync_run_log;
update public.sync_integrations set max_attempts = 2;
select pg_temp.begin_run('running');
select pg_temp.export_some();
select pg_temp.refuse();
select pg_temp.next('30 seconds');
select is(pg_temp.finish('failed', 'transient'), 'pending', 'one failure of two');
select pg_temp.next('1 minute');
select is(pg_temp.refuse(), 'pending', 'a refusal burns none');
select pg_temp.next('1 minute');
select pg_temp.export_some();
select is(pg_temp.refuse(), 'pending', 'after a success');
select pg_temp.next('8 minutes');
select is(pg_temp.refuse(), 'failed', 'ten minutes after the first refusal of this run, the next one is final');

-- What failed otherwise before it is no refusal.
delete from public.sync_run_log;
select pg_temp.begin_run('running');
select pg_temp.export_some();
select pg_temp.finish('failed', 'transient');
select pg_temp.next('11 minutes');
select is(pg_temp.refuse(), 'pending', 'the ten minutes begin with the first refusal, not with an earlier failure');
-- A success of another run counts, for an hour.
delete from public.sync_run_log;
update public.sync_integration_health set last_success_at = now() - interval '59 minutes';
select pg_temp.begin_run('running');
select is(pg_temp.refuse(), 'pending', 'a success 59 minutes ago counts');
select pg_temp.next('9 minutes');
select is(pg_temp.refuse(), 'pending', 'also for the rest of the ten minutes');
delete from public.sync_run_log;
update public.sync_integration_health set last_success_at = now() - interval '1 hour';
select pg_temp.begin_run('running');
select is(pg_temp.refuse(), 'failed', 'one an hour ago does not');

-- Not with another config, or other credentials.
delete from public.sync_run_log;
update public.sync_integration_health set last_success_at = now() where integration_id = sync_test.id('integration a');
update public.sync_integrations set config = '{"url": "https://other.example/"}' where id = sync_test.id('integration a');
select pg_temp.begin_run('running');
select is(pg_temp.refuse(), 'failed', 'nor a success with another configuration');

-- What the function finds before it asks anybody, and what is about entries, is final.
update public.sync_integration_health set last_success_at = now();
create function pg_temp.refused_as(code text, blames text default null) returns text language plpgsql as $$
begin
  delete from public.sync_run_log;
  perform pg_temp.begin_run('running');
  return pg_temp.refuse(code, blames);
end
$$;
select is(pg_temp.refused_as(code), 'failed', code || ' is not tried again')
from unnest(array['invalid_config', 'invalid_credentials', 'credentials_needed', 'no_connector', 'invalid_worker_request']) code;
select is(pg_temp.refused_as('receiver_refuses_everything', 'entry'), 'failed', 'a refusal of entries is not tried again');
select is(pg_temp.refused_as(code), 'pending', code || ' of a vendor is')
from unnest(array['webhook_access_refused', 'business_central_not_found']) code;

select * from finish();
rollback;
