-- What a host's backend sets up, with the functions that it has for it.
begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(5);

create function pg_temp.configure(changes jsonb) returns public.sync_integrations language sql as $$
  select public.configure_integration_sync(sync_test.id('org a'), 'xledger', changes)
$$;
grant execute on function pg_temp.configure(jsonb) to service_role;
select sync_test.act_as('service_role');
select is((public.connect_integration(sync_test.id('org a'), 'xledger', '{}')).enabled, true, 'the backend connects an integration');
select is((select (next_run_at at time zone time_zone)::time
  from pg_temp.configure('{"schedule": "0 8 * * *", "time_zone": "Europe/Oslo"}')), time '08:00', 'gives it a schedule');
-- All else that it could write before connect_integration was there.
select results_eq($$ select overlap_policy::text, catchup_window, manual_cooldown, max_attempts, retry_base, run_deadline,
    health_check_interval, enabled
  from pg_temp.configure('{"overlap_policy": "buffer_one", "catchup_window": "1 hour", "manual_cooldown": "2 minutes",
    "max_attempts": 3, "retry_base": "1 minute", "run_deadline": "2 hours", "health_check_interval": "1 hour", "enabled": false}') $$,
  $$ values ('buffer_one', interval '1 hour', interval '2 minutes', 3, interval '1 minute', interval '2 hours', interval '1 hour', false) $$,
  'and every other setting');
select is((public.pause_integration_sync(sync_test.id('org a'), 'xledger', 'Moving.')).pause_reason, 'Moving.', 'pauses it');
select throws_ok($$ update public.sync_integrations set next_run_at = now() $$, '42501', null, 'and writes no row itself');

select * from finish();
rollback;
