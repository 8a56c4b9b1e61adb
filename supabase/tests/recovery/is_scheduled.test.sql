begin;
\ir ../fixtures.sql
select plan(2);

select results_eq(
  $$ select schedule, command, active from cron.job where jobname = 'sync-scheduler-recover' $$,
  $$ values ('30 seconds', 'select sync_scheduler.recover_runs()', true) $$,
  'pg_cron recovers runs every 30 seconds');
select isnt_empty(
  $$ select from pg_publication_tables
     where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = 'sync_run_log' $$,
  'Realtime publishes the run log');

select * from finish();
rollback;
