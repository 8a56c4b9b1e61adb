begin;
\ir ../fixtures.psql
select plan(2);

select results_eq(
  $$ select jobname, schedule, command, active from cron.job where jobname like 'sync-scheduler-%' order by 1 $$,
  $$ values ('sync-scheduler-purge', '30 seconds', 'select sync_scheduler.purge()', true),
       ('sync-scheduler-tick', '* * * * *', 'select sync_scheduler.tick()', true),
       ('sync-scheduler-tick-30s', '30 seconds', 'select sync_scheduler.tick()', true) $$,
  'pg_cron ticks at second :00 and every 30 seconds, and purges every 30 seconds');
select isnt_empty(
  $$ select from pg_publication_tables
     where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = 'sync_run_log' $$,
  'Realtime publishes the run log');

select * from finish();
rollback;
