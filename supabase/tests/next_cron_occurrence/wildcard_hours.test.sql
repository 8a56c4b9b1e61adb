-- Europe/Oslo: on 2026-10-25 at 1:00 UTC 3:00 becomes 2:00, on 2026-03-29 at 1:00 UTC 2:00 becomes 3:00.
begin;
\ir ../fixtures.psql
\ir ../cron.psql
select plan(12);

select is(pg_temp.walk('0 * * * *', '2026-10-24 23:30+00', 'Europe/Oslo', 3), array['2026-10-25 00:00+00',
  '2026-10-25 01:00+00', '2026-10-25 02:00+00']::timestamptz[], 'every hour goes on through the repeated one');
select is(pg_temp.walk('*/30 * * * *', '2026-10-25 00:15+00', 'Europe/Oslo', 4), array['2026-10-25 00:30+00',
  '2026-10-25 01:00+00', '2026-10-25 01:30+00', '2026-10-25 02:00+00']::timestamptz[], 'and every half of it');
select is(pg_temp.walk('10 * * * *', '2026-10-25 00:30+00', 'Europe/Oslo', 2),
  array['2026-10-25 01:10+00', '2026-10-25 02:10+00']::timestamptz[], 'from late in the first pass');
select is(pg_temp.walk('0 */2 * * *', '2026-10-24 22:30+00', 'Europe/Oslo', 3), array['2026-10-25 00:00+00',
  '2026-10-25 01:00+00', '2026-10-25 03:00+00']::timestamptz[], 'a step of a star runs whenever the clock shows its time');
select is(pg_temp.walk('0 * * * *', '2026-03-28 23:30+00', 'Europe/Oslo', 3), array['2026-03-29 00:00+00',
  '2026-03-29 01:00+00', '2026-03-29 02:00+00']::timestamptz[], 'no hour is missed or doubled at the skipped one');
select is(pg_temp.walk('30 */2 * * *', '2026-03-28 23:00+00', 'Europe/Oslo', 2), array['2026-03-28 23:30+00',
  '2026-03-29 02:30+00']::timestamptz[], 'a time that the clock never shows does not run');
select is(sync_scheduler.next_cron_occurrence('30 */2 29 3 *', 'Europe/Oslo', '2025-12-01'), '2026-03-28 23:30+00',
  'the change may be far ahead');
select is(sync_scheduler.next_cron_occurrence('0 0,*/2 * * *', 'Europe/Oslo', '2026-10-25 00:30+00'),
  '2026-10-25 03:00+00', 'only a star at the beginning makes a wildcard');

-- Many in one call, over a change of the clock that is more than a day away.
select is((select array_agg(o) from sync_scheduler.cron_occurrences(e, 'Europe/Oslo', since, 'infinity', 60) o), pg_temp.walk(e, since, 'Europe/Oslo', 60),
  format('one call finds what single steps find: %s from %s', e, since))
from unnest(array['30 * * * *', '30 2 * * *']) e, unnest(array['2026-03-27T09:00Z', '2026-10-23T09:00Z']::timestamptz[]) since;

select * from finish();
rollback;
