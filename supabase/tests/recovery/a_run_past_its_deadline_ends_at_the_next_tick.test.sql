-- A worker may report long after the run's deadline. The tick that follows sees the run, wherever the last one has looked.
begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(3);

-- In the last minute of an hour a tick has the next slot to warm up for.
update public.sync_integrations set schedule = pg_temp.yearly();

-- A run whose worker is still at work, three minutes after its deadline, and whose last tick saw nothing to do.
create function pg_temp.late_run(name text) returns uuid language plpgsql as $$
declare
  late uuid;
begin
  perform pg_temp.make_due(name, now() - interval '1 minute');
  perform sync_scheduler.tick();
  late := pg_temp.active_run(name);
  perform sync_test.claim(late);
  update public.sync_run_log set deadline_at = now() - interval '3 minutes' where run_id = late;
  perform sync_scheduler.tick();
  return late;
end
$$;
create temporary table late as
  select pg_temp.late_run('integration a') as failed, pg_temp.late_run('integration b') as continued;
select ok(not busy and looks_from is not null, 'no tick has anything to do while the workers hold their leases')
from sync_scheduler.ticks order by tick_id desc limit 1;

select public.sync_worker_finish(failed, 1, sync_test.token(failed), 'failed', 'transient', 'x', 'y') from late;
select sync_scheduler.tick();
select is(array[status::text, error_code], '{failed,deadline_exceeded}', 'a failure past the deadline ends the run at the next tick')
from public.sync_run_log join late on run_id = failed;

select public.sync_worker_finish(continued, 1, sync_test.token(continued), 'continued', checkpoint => '{"a": 1}') from late;
select sync_scheduler.tick();
select is(array[status::text, error_code], '{failed,deadline_exceeded}', 'and so does the end of a slice')
from public.sync_run_log join late on run_id = continued;

select * from finish();
rollback;
