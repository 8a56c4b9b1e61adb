-- Vixie's rule for the two day fields.
begin;
\ir ../fixtures.psql
\ir ../cron.psql
select plan(7);

-- 2026-11-23 is a Monday.
select is(pg_temp.next('0 0 1,15 * WED', '2026-11-23'), '2026-11-25', 'both restrict: the weekday is enough');
select is(pg_temp.next('0 0 1,15 * WED', '2026-11-25'), '2026-12-01', 'and so is the day of the month');
select is(pg_temp.next('0 0 1 * *', '2026-11-23'), '2026-12-01', 'a star leaves it to the day of the month');
select is(pg_temp.next('0 0 * * WED', '2026-11-25'), '2026-12-02', 'or to the weekday');
select is(pg_temp.next('0 0 */2 * MON', '2026-11-23'), '2026-12-07', 'so does a step of a star: odd Mondays');
select is(pg_temp.next('0 0 1 * */2', '2026-11-23'), '2026-12-01', 'the first, if it is a Sunday, Tuesday, ...');
select is(pg_temp.next('0 0 31 2 MON', '2026-11-23'), '2027-02-01', 'a date that never comes leaves the Mondays');

select * from finish();
rollback;
