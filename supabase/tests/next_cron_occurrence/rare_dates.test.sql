begin;
\ir ../fixtures.psql
\ir ../cron.psql
select plan(6);

select is(pg_temp.next('0 0 29 2 *', '2096-03-01'), '2104-02-29', '29 February may be eight years away');
select is(pg_temp.next('0 0 29 2 *', '1996-03-01'), '2000-02-29', '2000 was a leap year');
select is(pg_temp.next('0 0 29 2 */7', '2088-03-01'), '2128-02-29', 'on a Sunday, forty');
select is(pg_temp.next('0 0 */30 2 MON', '2026-02-02'), '2027-02-01', 'of 1 and 31 February, the one that there is');
select is(pg_temp.next('0 0 1 1 *', '1969-06-01', 'Europe/Oslo'), '1970-01-01', 'before 1970');
select is(pg_temp.next('0 0 1 1 *', '2100-06-01', 'Europe/Oslo'), '2101-01-01', 'after 2100');

select * from finish();
rollback;
