begin;
\ir ../fixtures.psql
\ir ../cron.psql
select plan(8);

-- 2026-11-23 is a Monday.
select is(pg_temp.next('@hourly', '2026-11-23 10:15'), '2026-11-23 11:00', '@hourly');
select is(pg_temp.next('@daily', '2026-11-23 10:15'), '2026-11-24 00:00', '@daily');
select is(pg_temp.next('@midnight', '2026-11-23 10:15'), '2026-11-24 00:00', '@midnight');
select is(pg_temp.next('@weekly', '2026-11-23 10:15'), '2026-11-29 00:00', '@weekly: Sunday');
select is(pg_temp.next('@monthly', '2026-11-23 10:15'), '2026-12-01 00:00', '@monthly');
select is(pg_temp.next('@yearly', '2026-11-23 10:15'), '2027-01-01 00:00', '@yearly');
select is(pg_temp.next('@annually', '2026-11-23 10:15'), '2027-01-01 00:00', '@annually');
select is(pg_temp.next(' @Daily ', '2026-11-23 10:15'), '2026-11-24 00:00', 'in any case, with white space');

select * from finish();
rollback;
