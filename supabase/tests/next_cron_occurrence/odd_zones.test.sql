begin;
\ir ../fixtures.psql
\ir ../cron.psql
select plan(15);

-- Lord Howe, half an hour: 2026-04-05 at 2:00 back to 1:30 (15:00 UTC the day before), 2026-10-04 from 2:00 to 2:30.
select is(pg_temp.walk('*/30 * * * *', '2026-04-04 14:15+00', 'Australia/Lord_Howe', 3), array['2026-04-04 14:30+00',
  '2026-04-04 15:00+00', '2026-04-04 15:30+00']::timestamptz[], 'half an hour back: 1:30, 1:30, 2:00');
select is(pg_temp.walk('45 1 * * *', '2026-04-04 00:00+00', 'Australia/Lord_Howe', 2), array['2026-04-04 14:45+00',
  '2026-04-05 15:15+00']::timestamptz[], 'a fixed time in it runs once');
select is(pg_temp.next('15 2 * * *', '2026-10-03 12:00', 'Australia/Lord_Howe'), '2026-10-04 02:30', 'half an hour on');
select is(pg_temp.next('30 2 * * *', '2026-10-03 12:00', 'Australia/Lord_Howe'), '2026-10-04 02:30', 'up to its end');

-- Troll, two hours: 2026-03-29 from 1:00 to 3:00, 2026-10-25 from 3:00 to 1:00.
select is(pg_temp.walk('0 1,2 * * *', '2026-03-28 12:00+00', 'Antarctica/Troll', 2),
  array['2026-03-29 01:00+00', '2026-03-29 23:00+00']::timestamptz[], 'two hours on');
select is(pg_temp.walk('0 */1 * * *', '2026-10-24 22:30+00', 'Antarctica/Troll', 5), array['2026-10-24 23:00+00',
  '2026-10-25 00:00+00', '2026-10-25 01:00+00', '2026-10-25 02:00+00', '2026-10-25 03:00+00']::timestamptz[], 'and back');

-- Samoa crossed the date line: after 2011-12-29 came 2011-12-31, at 10:00 UTC.
select is(pg_temp.walk('0 12 * * *', '2011-12-29 12:00+00', 'Pacific/Apia', 3), array['2011-12-29 22:00+00',
  '2011-12-30 10:00+00', '2011-12-30 22:00+00']::timestamptz[], 'a skipped day is made up for at its end');
select is(pg_temp.next('0 6 30 12 *', '2011-12-01', 'Pacific/Apia'), '2011-12-31', 'also a yearly one');
select is(pg_temp.next('59 23 30 12 *', '2011-12-01', 'Pacific/Apia'), '2011-12-31', 'to its last minute');
select is(pg_temp.next('0 */6 30 12 *', '2011-12-01', 'Pacific/Apia'), '2012-12-30', 'but no wildcard hour');
select is(pg_temp.walk('@daily', '2011-12-29 09:00+00', 'Pacific/Apia', 2), array['2011-12-29 10:00+00',
  '2011-12-30 10:00+00']::timestamptz[], 'two midnights that meet run once');

-- Morocco took an hour off for Ramadan, which moves through the year. What is past no edition of the data changes.
select is(pg_temp.walk('30 2 * * *', '2025-02-22 12:00+00', 'Africa/Casablanca', 2), array['2025-02-23 01:30+00',
  '2025-02-24 02:30+00']::timestamptz[], 'Ramadan begins: 2:30 is repeated');
select is(pg_temp.next('30 2 * * *', '2025-04-05 12:00', 'Africa/Casablanca'), '2025-04-06 03:00', 'and ends: it is skipped');

-- Liberia was 44 minutes and 30 seconds behind until 1972-01-07, when its clocks went on to UTC.
select is(sync_scheduler.next_cron_occurrence('0 6 * * *', 'Africa/Monrovia', '1971-06-01'), '1971-06-01 06:44:30+00',
  'where clocks were seconds off, the instant is too');
select is(sync_scheduler.next_cron_occurrence('30 0 * * *', 'Africa/Monrovia', '1972-01-06 12:00+00'),
  '1972-01-07 00:44:30+00', 'and the end of its gap was in the middle of a minute');

select * from finish();
rollback;
