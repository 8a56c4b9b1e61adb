begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(7);

create function pg_temp.preview(n integer, schedule text default null, time_zone text default null)
returns table (scheduled_for timestamptz, local_time timestamp) language sql as $$
  select * from public.preview_sync_schedule(sync_test.id('org a'), 'webhook', n, schedule, time_zone)
$$;
select sync_test.act_as('viewer');
select results_eq($$ select scheduled_for from pg_temp.preview(3) $$,
  $$ select pg_temp.hour(-n) from generate_series(1, 3) n $$, 'the next slots of the saved schedule');
select results_eq($$ select local_time::time, (scheduled_for at time zone 'Europe/Oslo') = local_time from pg_temp.preview(2, '30 12 * * *', 'Europe/Oslo') $$,
  $$ values (time '12:30', true), (time '12:30', true) $$, 'or of one that is not saved yet');
select is((select count(distinct extract(day from local_time)) from pg_temp.preview(100, '30 2 * * *', 'Europe/Oslo')), 31::bigint, 'days of clock changes included');
select throws_ok($$ select pg_temp.preview(101) $$, 'PT422', 'invalid_count', 'not more than a hundred');
select throws_ok($$ select pg_temp.preview(5, '99 * * * *') $$, 'PT422', 'invalid_schedule', 'a schedule that cannot be');
select throws_ok($$ select public.preview_sync_schedule(sync_test.id('org a'), 'xledger') $$, 'PT404', 'integration_not_found',
  'an integration that is not connected');
select sync_test.act_as('owner');
update public.sync_integrations set schedule = null;
select sync_test.act_as('viewer');
select is_empty($$ select pg_temp.preview(5) $$, 'without a schedule there is nothing to preview');

select * from finish();
rollback;
