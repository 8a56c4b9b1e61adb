-- What a host's backend does with its own rights on the table.
begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(5);

select sync_test.act_as('service_role');
select lives_ok($$ insert into public.sync_integrations (org_id, integration_type, schedule, time_zone)
  values (sync_test.id('org a'), 'xledger', '0 8 * * *', 'Europe/Oslo') $$, 'the backend connects an integration with a schedule');
select is((select (next_run_at at time zone time_zone)::time from public.sync_integrations where integration_type = 'xledger'),
  time '08:00', 'and the next slot is set');
select lives_ok($$ update public.sync_integrations set schedule = '5 * * * *' where integration_type = 'xledger' $$,
  'it changes the schedule');
select throws_ok($$ update public.sync_integrations set schedule = '99 * * * *' where integration_type = 'xledger' $$,
  'PT422', 'invalid_schedule', 'but not to one that cannot be');
select throws_ok($$ update public.sync_integrations set next_run_at = now() $$, '42501', null, 'the next slot is not its to set');

select * from finish();
rollback;
