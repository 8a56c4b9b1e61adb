begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(13);
update sync_scheduler.settings set installed_at = now() - interval '1 minute';

select sync_test.act_as('viewer');
select results_eq($$ select ticking, last_tick_at, jobs_active from public.sync_scheduler_status() $$,
  $$ values (true, null::timestamptz, true) $$, 'a fresh installation is given time for its first tick');
select sync_test.act_as('owner');
update sync_scheduler.settings set installed_at = now() - interval '3 minutes';
select sync_test.act_as('viewer');
select is((select ticking from public.sync_scheduler_status()), false, 'but not for ever');
select sync_test.act_as('owner');
select is((select ticking from public.sync_scheduler_status()), false, 'the host itself may ask');
select sync_test.act_as('nobody');
select throws_ok($$ select public.sync_scheduler_status() $$, 'PT401', 'not_authenticated', 'a caller without claims may not');
select sync_test.act_as('owner');

insert into sync_scheduler.ticks (ticked_at) values (now() - interval '3 minutes');
select sync_test.act_as('viewer');
select results_eq($$ select ticking, seconds_since_tick from public.sync_scheduler_status() $$, $$ values (false, 180.000) $$,
  'a tick three minutes old is too old');
select sync_test.act_as('coordinator');
select is((select notice from public.trigger_integration_sync(sync_test.id('org a'), 'webhook')), 'scheduler_not_ticking',
  'the manual path works without a scheduler, and says so');
select results_eq($$ select kind::text, severity::text from public.sync_alerts $$, $$ values ('scheduler_dead', 'critical') $$,
  'members see the alert');
select throws_ok($$ select public.trigger_integration_sync(sync_test.id('org a'), 'webhook') $$, 'PT409',
  'sync_already_in_progress', 'a second press is refused');
select sync_test.act_as('owner');
update sync_scheduler.run_attempts set lease_expires_at = now();
update public.sync_run_log set notice = null;
select sync_test.act_as('coordinator');
select is((select notice from public.trigger_integration_sync(sync_test.id('org a'), 'webhook')), 'scheduler_not_ticking',
  'a run that a press revives says so too');
select sync_test.act_as('owner');

select sync_scheduler.tick();
select is((select resolved_at from public.sync_alerts), now(), 'the next tick resolves it');
select pg_temp.work(pg_temp.active_run('integration a'));
update public.sync_integrations set manual_cooldown = '0 seconds';
select sync_test.act_as('coordinator');
select is((select notice from public.trigger_integration_sync(sync_test.id('org a'), 'webhook')), null, 'a living scheduler is not mentioned');
select is((select ticking from public.sync_scheduler_status()), true, 'the status says so too');
select sync_test.act_as('owner');
select cron.alter_job((select jobid from cron.job where jobname = 'sync-scheduler-tick'), active := false);
select sync_test.act_as('viewer');
select is((select jobs_active from public.sync_scheduler_status()), false, 'and reports when a person has paused the job');

select * from finish();
rollback;
