-- Included by the tests of the scheduled path: the integrations of the fixtures get a schedule whose slots the test sets.
update public.sync_integrations set schedule = '0 * * * *';
-- What other rows stand in the database is none of the test's business.
delete from sync_scheduler.ticks;

-- The slot that is due, as if the scheduler had last been here before it.
create function pg_temp.make_due(name text, slot timestamptz) returns void language sql as $$
  update public.sync_integrations set next_run_at = slot, next_tick_at = slot where id = sync_test.id(name)
$$;

-- A schedule of which no slot comes by itself: that of forty days ago, and then none for a year.
create function pg_temp.yearly() returns text language sql as $$
  select to_char(now() - interval '40 days', '"0 0" FMDD FMMM "*"')
$$;

-- The start of the hour, so many hours ago: the slots of `0 * * * *`.
create function pg_temp.hour(ago integer default 0) returns timestamptz language sql as $$
  select date_trunc('hour', now()) - make_interval(hours => ago)
$$;

create function pg_temp.slots(name text) returns table (hours_ago integer, status text, reason text) language sql as $$
  select (extract(epoch from pg_temp.hour() - r.scheduled_for) / 3600)::integer, r.status::text, r.skip_reason::text
  from public.sync_run_log r where r.integration_id = sync_test.id(name) and r.scheduled_for is not null
  order by r.scheduled_for, r.status desc
$$;

-- What the worker of a run would do: claim and end it.
create function pg_temp.work(of_run uuid) returns void language sql as $$
  select sync_test.claim(of_run);
  select public.sync_worker_finish(of_run, 1, sync_test.token(of_run), 'failed', 'permanent', 'x', 'y');
$$;

create function pg_temp.active_run(name text) returns uuid language sql as $$
  select r.run_id from public.sync_run_log r
  where r.integration_id = sync_test.id(name) and r.status in ('pending', 'running')
$$;
