-- Europe/Oslo, 2026-10-25: at 3:00 (1:00 UTC) the clock goes back to 2:00.
begin;
\ir ../fixtures.psql
\ir ../cron.psql
select plan(8);

select is(pg_temp.walk('30 2 * * *', '2026-10-24 12:00+00', 'Europe/Oslo', 2),
  array['2026-10-25 00:30+00', '2026-10-26 01:30+00']::timestamptz[], 'a fixed time runs once, at the first');
select is(sync_scheduler.next_cron_occurrence('30 2 * * *', 'Europe/Oslo', '2026-10-25 00:59:59+00'),
  '2026-10-26 01:30+00', 'late in the first pass it is over');
select is(sync_scheduler.next_cron_occurrence('30 2 * * *', 'Europe/Oslo', '2026-10-25 01:00+00'),
  '2026-10-26 01:30+00', 'at the change too');
select is(sync_scheduler.next_cron_occurrence('30 2 * * *', 'Europe/Oslo', '2026-10-25 01:10+00'),
  '2026-10-26 01:30+00', 'and in the second pass, although 2:30 is still to come');
select is(pg_temp.walk('*/20 2 * * *', '2026-10-24 12:00+00', 'Europe/Oslo', 4), array['2026-10-25 00:00+00',
  '2026-10-25 00:20+00', '2026-10-25 00:40+00', '2026-10-26 01:00+00']::timestamptz[], 'a wildcard minute of a fixed hour too');
select is(pg_temp.walk('0 1-4 * * *', '2026-10-24 12:00+00', 'Europe/Oslo', 4), array['2026-10-24 23:00+00',
  '2026-10-25 00:00+00', '2026-10-25 02:00+00', '2026-10-25 03:00+00']::timestamptz[], 'a range of hours is fixed times');
select is(pg_temp.next('0 3 * * *', '2026-10-24 12:00', 'Europe/Oslo'), '2026-10-25 03:00',
  'the time at which the clock goes back comes once');
select is(pg_temp.walk('30 0-23/2 * * *', '2026-10-25 00:00+00', 'Europe/Oslo', 2),
  array['2026-10-25 00:30+00', '2026-10-25 03:30+00']::timestamptz[], 'a step through written hours is fixed times');

select * from finish();
rollback;
