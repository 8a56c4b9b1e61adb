begin;
\ir ../fixtures.psql
select plan(8);

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select sync_scheduler.start_run(
  (select i from public.sync_integrations i where i.id = sync_test.id('integration b')), 'api');
-- The run that is due the longest is broken: its worker was lost, and ending its attempt fails.
update sync_scheduler.run_attempts set claimed_at = now(), lease_expires_at = now() - interval '1 minute'
where run_id = (select run_id from run);
update public.sync_run_log set status = 'running', started_at = now() where run_id = (select run_id from run);
update sync_scheduler.run_attempts set lease_expires_at = now() where run_id <> (select run_id from run);
create function pg_temp.break() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
create trigger break before update of ended_at on sync_scheduler.run_attempts for each row
  execute function pg_temp.break();

set local client_min_messages = error;
select is(sync_scheduler.recover_runs(1), 0, 'a pass with room for one run takes the broken one');
select is(sync_scheduler.recover_runs(1), 1, 'the next pass takes the other');
select is((select lease_expires_at from sync_scheduler.run_attempts join run using (run_id)),
  now() + interval '1 minute', 'the broken one waits at the back of the queue');

-- A retry that cannot begin is broken likewise.
drop trigger break on sync_scheduler.run_attempts;
update sync_scheduler.run_attempts set ended_at = now(), outcome = 'failed' where run_id = (select run_id from run);
update public.sync_run_log set status = 'pending', next_attempt_at = now() - interval '1 minute' where run_id = (select run_id from run);
update sync_scheduler.run_attempts set lease_expires_at = now() where ended_at is null;
create trigger break before insert on sync_scheduler.run_attempts for each row execute function pg_temp.break();
select is(sync_scheduler.recover_runs(1), 0, 'a retry that cannot begin is taken first');
select is(sync_scheduler.recover_runs(1), 1, 'the next pass takes the other run');
select is((select next_attempt_at from public.sync_run_log join run using (run_id)), now() + interval '1 minute',
  'the retry waits at the back of the queue');

-- A tick that is out of time leaves the rest to the next one.
drop trigger break on sync_scheduler.run_attempts;
update public.sync_run_log set next_attempt_at = now() where next_attempt_at is not null;
update sync_scheduler.run_attempts set lease_expires_at = now() where ended_at is null;
alter function sync_scheduler.is_out_of_time() rename to is_out_of_time_away;
create function sync_scheduler.is_out_of_time() returns boolean language sql as 'select true';
select is(sync_scheduler.recover_runs(), 1, 'out of time, a tick recovers no further run');
select is(sync_scheduler.recover_runs(), 1, 'the next tick recovers it');

select * from finish();
rollback;
