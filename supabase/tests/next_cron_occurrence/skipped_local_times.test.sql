-- Europe/Oslo, 2026-03-29: at 2:00 (1:00 UTC) the clock goes to 3:00.
begin;
\ir ../fixtures.psql
\ir ../cron.psql
select plan(9);

select is(pg_temp.next('30 2 * * *', '2026-03-28 12:00', 'Europe/Oslo'), '2026-03-29 03:00',
  'a fixed time that is skipped runs at the first valid minute');
select is(pg_temp.next('30 2 * * *', '2026-03-29 03:00', 'Europe/Oslo'), '2026-03-30 02:30', 'and the day after as ever');
select is(pg_temp.next('30 2 * * *', '2026-03-29 01:59:59', 'Europe/Oslo'), '2026-03-29 03:00', 'also from just before');
select is(pg_temp.walk('0,20,40 2 * * *', '2026-03-28 12:00+00', 'Europe/Oslo', 2),
  array['2026-03-29 01:00+00', '2026-03-30 00:00+00']::timestamptz[], 'all that meet there run once');
select is(pg_temp.walk('0 2,3 * * *', '2026-03-28 12:00+00', 'Europe/Oslo', 2),
  array['2026-03-29 01:00+00', '2026-03-30 00:00+00']::timestamptz[], 'also with the time that is due there anyway');
select is(pg_temp.walk('30 1-3 * * *', '2026-03-28 12:00+00', 'Europe/Oslo', 4),
  array['2026-03-29 00:30+00', '2026-03-29 01:00+00', '2026-03-29 01:30+00', '2026-03-29 23:30+00']::timestamptz[],
  'none of the other times is lost');
select is(pg_temp.walk('*/15 2 * * *', '2026-03-28 12:00+00', 'Europe/Oslo', 2),
  array['2026-03-29 01:00+00', '2026-03-30 00:00+00']::timestamptz[], 'a wildcard minute of a fixed hour is fixed');
select is(pg_temp.next('0 2 29 3 *', '2025-12-01', 'Europe/Oslo'), '2026-03-29 03:00', 'a yearly one is not lost either');
select is(pg_temp.next('@daily', '2026-09-05 12:00', 'America/Santiago'), '2026-09-06 01:00', 'midnight may be skipped');

select * from finish();
rollback;
