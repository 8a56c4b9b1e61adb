-- The linter's anon_security_definer_function_executable and authenticated_security_definer_function_executable, which
-- the CLI's advisors do not run: the list below is the documented API.
begin;
\ir ../fixtures.psql
select plan(2);

prepare definers (text) as
  select p.proname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where p.prosecdef and has_function_privilege($1, p.oid, 'execute')
    and (n.nspname = 'sync_scheduler' or (n.nspname = 'public' and p.proname ~ '(^sync_|_integration_|_sync_|_alert_)'));

select is_empty($$ execute definers('anon') $$, 'anon executes no definer function');
select bag_eq($$ execute definers('authenticated') $$,
  $$ select unnest(array['acknowledge_sync_alert', 'sync_overview', 'sync_run_timeline', 'configure_alert_webhook', 'backfill_integration_sync', 'cancel_integration_backfill', 'cancel_integration_sync', 'configure_integration_sync',
    'explain_sync_slots', 'member_org_ids', 'member_vendors', 'pause_integration_sync', 'preview_sync_schedule', 'resume_integration_checks', 'resume_integration_sync',
    'retry_integration_sync', 'set_integration_credentials', 'settle_sync_entries', 'sync_scheduler_status',
    'test_integration_connection', 'trigger_integration_sync', 'withdraw_sync_entries']) $$,
  'signed-in users execute the documented ones alone');

select * from finish();
rollback;
