begin;
\ir ../fixtures.psql
\ir ../schedule.psql
update sync_scheduler.settings set least_cooldown = '1 minute';
update public.sync_integrations set manual_cooldown = '4 minutes';
select plan(26);

create function pg_temp.configure(changes jsonb, why text default null) returns public.sync_integrations language sql as $$
  select public.configure_integration_sync(sync_test.id('org a'), 'webhook', changes, why)
$$;
create function pg_temp.wrong_field(changes jsonb) returns text language plpgsql as $$
declare
  detail text;
begin
  perform pg_temp.configure(changes);
  return 'accepted';
exception when sqlstate 'PT422' then
  get stacked diagnostics detail = pg_exception_detail;
  return coalesce(detail::jsonb ->> 'field', sqlerrm);
end
$$;
create function pg_temp.reason(changes jsonb) returns text language plpgsql as $$
declare
  detail text;
begin
  perform pg_temp.configure(changes);
  return 'accepted';
exception when sqlstate 'PT422' then
  get stacked diagnostics detail = pg_exception_detail;
  return detail::jsonb ->> 'reason';
end
$$;

select sync_test.act_as('admin');
select is((pg_temp.configure('{"schedule": "30 3 * * *", "time_zone": "Asia/Kolkata", "overlap_policy": "buffer_one",
  "catchup_window": "P1D", "max_attempts": 7}', 'Nightly')).schedule, '30 3 * * *', 'an admin sets several settings at once');
select sync_test.act_as('owner');
select results_eq(
  $$ select time_zone, overlap_policy::text, catchup_window, max_attempts, manual_cooldown,
       (next_run_at at time zone 'Asia/Kolkata')::time, next_run_at > now(), next_tick_at = next_run_at
     from public.sync_integrations where id = sync_test.id('integration a') $$,
  $$ values ('Asia/Kolkata', 'buffer_one', interval '1 day', 7, interval '4 minutes', time '03:30', true, true) $$,
  'what is named changes, the rest stays, and the next slot follows');
select results_eq(
  $$ select actor_id, action, reason, details -> 'before' -> 'schedule', details -> 'after' -> 'schedule'
     from public.sync_audit_log $$,
  $$ values (sync_test.id('admin'), 'configure', 'Nightly', '"0 * * * *"'::jsonb, '"30 3 * * *"'::jsonb) $$,
  'who, what and why is in the audit log');

select pg_temp.make_due('integration a', now() - interval '1 hour');
select sync_test.act_as('admin');
select is((pg_temp.configure('{"schedule": null}')).next_run_at, null, 'without a schedule there is no next slot');
select sync_test.act_as('owner');
select is((select distinct skip_reason::text from public.sync_run_log), 'schedule_changed',
  'a slot that was due under the old schedule is recorded');

select sync_test.act_as('admin');
select is(pg_temp.wrong_field('{"schedule": "0 25 * * *"}'), 'hour', 'an invalid schedule is refused, the field named');
select is(pg_temp.wrong_field('{"schedule": "0 0 30 2 *"}'), 'day_of_month', 'so is a date that never comes');
select is(pg_temp.wrong_field('{"time_zone": "Mars/Olympus"}'), 'invalid_time_zone', 'and a zone that does not exist');
select is(pg_temp.wrong_field('{"time_zone": null}'), 'time_zone', 'or none');
select is(pg_temp.wrong_field('{"max_attempts": 0}'), 'max_attempts', 'a number out of range');
select is(pg_temp.wrong_field('{"max_attempts": "many"}'), 'max_attempts', 'no number');
select is(pg_temp.wrong_field('{"catchup_window": "1 minute"}'), 'catchup_window', 'an interval out of range');
select is(pg_temp.wrong_field('{"manual_cooldown": "59 seconds"}'), 'manual_cooldown', 'a cooldown below the installation''s least one');
select is(pg_temp.wrong_field('{"manual_cooldown": "1 month -30 days"}'), 'manual_cooldown', 'however it is written');
-- From the end of April these are a day less than what they are compared as: a check would be due as soon as it has ended.
select is((select timestamptz '2026-04-30 12:00Z' + health_check_interval
  from pg_temp.configure('{"health_check_interval": "-2 months 60 days 15 minutes"}')), '2026-04-30 12:15Z', 'an interval is as long as it counts');
select results_eq($$ select timestamptz '2026-02-01 12:00Z' + catchup_window, timestamptz '2026-02-01 12:00Z' + manual_cooldown,
    timestamptz '2026-02-01 12:00Z' + retry_base, timestamptz '2026-02-01 12:00Z' + run_deadline
  from pg_temp.configure('{"catchup_window": "1 month -29 days", "manual_cooldown": "1 month -29 days", "retry_base": "1 month -29 days",
    "run_deadline": "1 month -29 days"}') $$,
  $$ select '2026-02-02 12:00Z'::timestamptz, '2026-02-02 12:00Z'::timestamptz, '2026-02-02 12:00Z'::timestamptz, '2026-02-02 12:00Z'::timestamptz $$,
  'each of them');
select pg_temp.configure('{"health_check_interval": "15 minutes", "catchup_window": "1 day", "retry_base": "30 seconds", "run_deadline": "6 hours"}');
select is((pg_temp.configure('{"manual_cooldown": "PT1M"}')).manual_cooldown, '1 minute', 'the least one is allowed');
select is(pg_temp.reason('{"manual_cooldown": "0"}'), 'at least 60 seconds', 'the refusal says what is');
select sync_test.act_as('owner');
update public.sync_integrations set manual_cooldown = '0 seconds';
select sync_test.act_as('admin');
select is(pg_temp.wrong_field('{"max_attempts": 7}'), 'accepted', 'a smaller one that is stored is in the way of nothing else');
select is(pg_temp.wrong_field('{"overlap_policy": "explode"}'), 'overlap_policy', 'no policy');
select is(pg_temp.wrong_field('{"credentials_secret_id": null}'), 'credentials_secret_id', 'what is no setting');
select throws_ok($$ select pg_temp.configure('[]') $$, 'PT422', 'invalid_configuration', 'no object');
select throws_ok($$ select pg_temp.configure('{}', repeat('x', 501)) $$, 'PT422', 'reason_too_long', 'a long reason');
select sync_test.act_as('owner');
select is((select schedule from public.sync_integrations where id = sync_test.id('integration a')), null,
  'what is refused changes nothing');
select throws_ok($$ update public.sync_integrations set schedule = 'nonsense' $$, 'PT422', 'invalid_schedule',
  'raw SQL cannot save an invalid schedule either');

select sync_test.act_as('service_role');
select lives_ok($$ select pg_temp.configure('{"enabled": false}') $$, 'the host''s backend may configure');

select * from finish();
rollback;
