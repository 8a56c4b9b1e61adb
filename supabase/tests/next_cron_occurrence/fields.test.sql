begin;
\ir ../fixtures.psql
\ir ../cron.psql
select plan(24);

-- 2026-11-23 is a Monday.
select is(pg_temp.next('* * * * *', '2026-11-23 10:15:00'), '2026-11-23 10:16:00', 'every minute: strictly after');
select is(pg_temp.next('* * * * *', '2026-11-23 10:15:59.999999'), '2026-11-23 10:16:00', 'to the microsecond');
select is(pg_temp.next('0 6 * * *', '2026-11-23 05:59:59'), '2026-11-23 06:00:00', 'a time of the same day');
select is(pg_temp.next('0 6 * * *', '2026-11-23 06:00:00'), '2026-11-24 06:00:00', 'or of the next');
select is(pg_temp.next('30 6,18 * * *', '2026-11-23 07:00'), '2026-11-23 18:30', 'a list');
select is(pg_temp.next('0 8-10 * * *', '2026-11-23 09:00'), '2026-11-23 10:00', 'a range');
select is(pg_temp.next('0 8-10 * * *', '2026-11-23 10:00'), '2026-11-24 08:00', 'ends');
select is(pg_temp.next('*/20 * * * *', '2026-11-23 10:40'), '2026-11-23 11:00', 'a step begins anew every hour');
select is(pg_temp.next('5-59/20 * * * *', '2026-11-23 10:05'), '2026-11-23 10:25', 'a step through a range');
select is(pg_temp.next('0,10-30/10,45 * * * *', '2026-11-23 10:30'), '2026-11-23 10:45', 'a list of all of these');
select is(pg_temp.next('0 0 1 JAN,jul *', '2026-11-23'), '2027-01-01', 'names of months, in any case');
select is(pg_temp.next('0 0 1 mar-MAY *', '2026-11-23'), '2027-03-01', 'also as a range');
select is(pg_temp.next('0 0 * * wed', '2026-11-23'), '2026-11-25', 'names of weekdays');
select is(pg_temp.next('0 0 * * MON-fri/2', '2026-11-23'), '2026-11-25', 'also as a range with a step');
select is(pg_temp.next('0 0 * * 0', '2026-11-23'), '2026-11-29', 'Sunday is 0');
select is(pg_temp.next('0 0 * * 7', '2026-11-23'), '2026-11-29', 'and 7');
select is(pg_temp.next('0 0 * * FRI-SUN', '2026-11-28'), '2026-11-29', 'and ends a week');
select is(pg_temp.next('0 0 * * SUN-TUE', '2026-11-24'), '2026-11-29', 'and begins one');
select is(pg_temp.next('0 0 * * SUN-SUN', '2026-11-23'), '2026-11-29', 'a range of one day is that day');
select is(pg_temp.next('0 0 31 * *', '2026-11-23'), '2026-12-31', 'a month that is too short is left out');
select is(pg_temp.next('59 23 31 12 *', '2026-12-31 23:59'), '2027-12-31 23:59', 'the end of a year');
select is(pg_temp.next('05 006 * * *', '2026-11-23'), '2026-11-23 06:05', 'leading zeros mean nothing');
select is(pg_temp.next(E'\t 0   6\n*\t*  *  ', '2026-11-23'), '2026-11-23 06:00', 'nor does white space');
select is(pg_temp.next(null, '2026-11-23'), null, 'no schedule has no next occurrence');

select * from finish();
rollback;
