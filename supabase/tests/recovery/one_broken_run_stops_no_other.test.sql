begin;
\ir ../fixtures.psql
select plan(2);

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select sync_scheduler.start_run(
  (select i from public.sync_integrations i where i.id = sync_test.id('integration b')), 'api');
create function pg_temp.break() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
-- The older of the two is broken: whatever touches its attempt fails.
update sync_scheduler.run_attempts set lease_expires_at = now() - interval '1 minute'
where run_id = (select run_id from run);
update sync_scheduler.run_attempts set lease_expires_at = now() where run_id <> (select run_id from run);
create trigger break before update on sync_scheduler.run_attempts for each row
  when (old.lease_expires_at < now()) execute function pg_temp.break();

set local client_min_messages = error;
select is(sync_scheduler.recover_runs(), 1, 'the other run is recovered');
select results_eq(
  $$ select run_id = (select run_id from run), dispatch_count from sync_scheduler.run_attempts order by dispatch_count $$,
  $$ values (true, 1), (false, 2) $$, 'and the broken one is left as it was');

select * from finish();
rollback;
