begin;
\ir ../fixtures.psql
\ir ../cron.psql
select plan(8);

create function pg_temp.accepts(time_zone text) returns boolean language plpgsql as $$
declare
  detail text;
begin
  perform sync_scheduler.validate_time_zone(time_zone);
  return true;
exception when sqlstate 'PT422' then
  get stacked diagnostics detail = pg_exception_detail;
  if sqlerrm <> 'invalid_time_zone' or detail::jsonb <> jsonb_build_object('time_zone', left(time_zone, 100)) then
    raise exception 'refused with % %', sqlerrm, detail;
  end if;
  return false;
end
$$;

select throws_ok($$ select sync_scheduler.next_cron_occurrence('@daily', 'Mars/Olympus', now()) $$, 'PT422',
  'invalid_time_zone', 'the error has its code and name');
select is_empty(
  $$ select z from unnest(array['UTC', 'Europe/Oslo', 'America/Argentina/Buenos_Aires', 'America/Port-au-Prince',
       'Etc/UTC', 'Etc/GMT+3', 'Etc/GMT-14', 'Antarctica/DumontDUrville']) z where not pg_temp.accepts(z) $$,
  'IANA names are accepted');
select is_empty(
  $$ select z from unnest(array['', 'Oslo', 'Europe/Atlantis', 'Europe/Oslo ', 'europe/oslo', '/Europe/Oslo', '../UTC',
       'Europe/Oslo;', repeat('A', 300), 'Europe/' || repeat('a', 300)]) z where pg_temp.accepts(z) $$,
  'what is no name of a zone is not');
select is_empty(
  $$ select z from unnest(array['UTC+3', '+03', '03:00', 'Etc/GMT+15', 'Foo/Bar3', 'Europe/Oslo5', '<+03>-3',
       'EST5EDT,M3.2.0,M11.1.0']) z where pg_temp.accepts(z) $$,
  'nor are POSIX rules, which Postgres would take');
select is_empty(
  $$ select z from unnest(array['CET', 'EET', 'MET', 'EST', 'EST5EDT', 'Japan', 'localtime', 'posix/Europe/Oslo',
       'right/Europe/Oslo']) z where pg_temp.accepts(z) $$,
  'nor are names without an area: Postgres reads CET as an abbreviation, without summer time');
select is_empty(
  $$ select name from pg_timezone_names where name ~ '^[A-Z][A-Za-z]+/' and not pg_temp.accepts(name)
       and name !~ '^(SystemV/|Etc/GMT)' $$,
  'every zone with an area is accepted');
select throws_ok($$ select sync_scheduler.next_cron_occurrence('@daily', 'UTC', 'infinity') $$, '22008',
  'after must be a finite instant', 'no instant follows the end of time');
select throws_ok($$ select sync_scheduler.next_cron_occurrence('@daily', 'UTC', '-infinity') $$, '22008',
  'after must be a finite instant', 'and its beginning is none');

select * from finish();
rollback;
