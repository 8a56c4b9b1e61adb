-- What health knows of the last good export, and when it forgets it.
begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
select plan(11);
update public.sync_integrations set manual_cooldown = '0 seconds', retry_base = '1 hour', config = '{"url": "https://a.example"}';
update public.sync_integration_health set configured_at = now() - interval '1 day';

create function pg_temp.begin_run() returns uuid language plpgsql as $$
declare
  of_run uuid;
begin
  delete from public.sync_run_log where finished_at is null;
  of_run := sync_test.trigger_as('coordinator');
  perform sync_test.claim(of_run);
  return of_run;
end
$$;
create function pg_temp.record(of_run uuid, new_state text) returns void language plpgsql as $$
declare
  batch jsonb := public.sync_worker_reserve_entries(of_run, 1, sync_test.token(of_run), 1);
begin
  perform public.sync_worker_record_results(of_run, 1, sync_test.token(of_run), (batch ->> 'batch_id')::uuid,
    sync_test.results(batch, new_state));
end
$$;
create function pg_temp.last_success() returns timestamptz language sql as $$
  select h.last_success_at from public.sync_integration_health h where h.integration_id = sync_test.id('integration a')
$$;
create function pg_temp.set_last_success(at timestamptz) returns void language sql as $$
  update public.sync_integration_health set last_success_at = at, run_failed_at = null where integration_id = sync_test.id('integration a')
$$;

create temporary table run as select pg_temp.begin_run() as run_id;
select is(pg_temp.last_success(), null, 'nothing has got through yet');
select pg_temp.record(run_id, 'rejected') from run;
select is(pg_temp.last_success(), null, 'a rejection is no success');
select pg_temp.record(run_id, 'exported') from run;
select is(pg_temp.last_success(), now(), 'an exported entry is, while the run goes on');
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'failed', 'permanent', 'refused', 'No.') from run;
select is(pg_temp.last_success(), now(), 'and stays one when the run fails');

select pg_temp.set_last_success(now() - interval '50 seconds');
truncate run;
insert into run select pg_temp.begin_run();
select pg_temp.record(run_id, 'exported') from run;
select is(pg_temp.last_success(), now() - interval '50 seconds', 'within a minute it is not written again');
select pg_temp.set_last_success(now() - interval '70 seconds');
select pg_temp.record(run_id, 'exported') from run;
select is(pg_temp.last_success(), now(), 'later it is');

update public.sync_integrations set paused_at = now();
update public.sync_integrations set paused_at = null;
select is(pg_temp.last_success(), now(), 'a pause leaves it');
update public.sync_integrations set config = '{"url": "https://a.example", "batch_size": 10}';
select is(pg_temp.last_success(), null, 'another config clears it');
-- The worker still has the old config.
update sync_scheduler.run_attempts set claimed_at = now() - interval '1 second' where ended_at is null;
select pg_temp.record(run_id, 'exported') from run;
select is(pg_temp.last_success(), null, 'what a worker exports with the old config does not count');

select sync_test.act_as('admin');
select public.set_integration_credentials(sync_test.id('org a'), 'webhook', '{"signing_secret": "whsec_one"}');
select sync_test.act_as('owner');
select pg_temp.set_last_success(now());
select pg_temp.age_check();
select sync_test.act_as('admin');
select is((public.set_integration_credentials(sync_test.id('org a'), 'webhook', '{"signing_secret": "whsec_two"}')).last_success_at, null,
  'other credentials clear it, also under the same id of Vault');
select sync_test.act_as('owner');
select is(pg_temp.last_success(), null, 'and it stays cleared');

select * from finish();
rollback;
