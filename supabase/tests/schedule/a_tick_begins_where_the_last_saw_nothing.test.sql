begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(6);

-- In the last minute of an hour a tick has the next slot to warm up for.
update public.sync_integrations set schedule = pg_temp.yearly();

create function pg_temp.put_left(name text, slot timestamptz) returns void language sql as $$
  update public.sync_integrations set next_run_at = slot, next_tick_at = slot where id = sync_test.id(name)
$$;

select sync_scheduler.tick();
select is((select looks_from from sync_scheduler.ticks order by tick_id desc limit 1), now() - interval '1 minute',
  'a tick without work says where the next one begins to look');
select pg_temp.put_left('integration a', now() - interval '30 seconds');
select sync_scheduler.tick();
select is(count(*)::integer, 1, 'a slot of a transaction that commits a little late is seen at once')
from public.sync_run_log where status = 'pending';
select is((select looks_from from sync_scheduler.ticks order by tick_id desc limit 1), now() - interval '1 minute',
  'a tick with work leaves the hint as it was');

-- As a transaction leaves it that takes very long, or a clock that goes back.
select pg_temp.work(pg_temp.active_run('integration a'));
select pg_temp.put_left('integration b', now() - interval '10 minutes');
select sync_scheduler.tick();
select is(pg_temp.active_run('integration b'), null, 'the next tick does not look further left');
select sync_scheduler.tick() from generate_series(1, 9);
select isnt(pg_temp.active_run('integration b'), null, 'within ten ticks one does, and starts what it finds');
select is((select hinted from sync_scheduler.ticks order by tick_id desc limit 1), 0, 'that one looked from the left end');

select * from finish();
rollback;
