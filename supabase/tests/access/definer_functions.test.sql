-- The linter's anon_security_definer_function_executable and authenticated_security_definer_function_executable, which
-- the CLI's advisors do not run: the list below is the documented API.
begin;
\ir ../fixtures.sql
select plan(2);

prepare definers (text) as
  select p.proname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where p.prosecdef and has_function_privilege($1, p.oid, 'execute')
    and (n.nspname = 'sync_scheduler' or (n.nspname = 'public' and p.proname ~ '(^sync_|_sync_entries$|_integration_sync$)'));

select is_empty($$ execute definers('anon') $$, 'anon executes no definer function');
select bag_eq($$ execute definers('authenticated') $$,
  $$ values ('cancel_integration_sync'), ('member_org_ids'), ('settle_sync_entries'), ('trigger_integration_sync') $$,
  'signed-in users execute the documented ones alone');

select * from finish();
rollback;
