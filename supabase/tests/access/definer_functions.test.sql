-- The linter's anon_security_definer_function_executable and authenticated_security_definer_function_executable, which
-- the CLI's advisors do not run: privileges.test.sql lists what people may call.
begin;
\ir ../fixtures.psql
\ir ../api.psql
select plan(2);

prepare definers (text) as
  select p.proname::text from pg_proc p
  where p.prosecdef and has_function_privilege($1, p.oid, 'execute') and (p.pronamespace = 'sync_scheduler'::regnamespace
    or (p.pronamespace = 'public'::regnamespace and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')));

select is_empty($$ execute definers('anon') $$, 'anon executes no definer function');
select bag_eq($$ execute definers('authenticated') $$,
  $$ select a.name from sync_test.api() a where a.for_people union all values ('member_org_ids'), ('member_vendors') $$,
  'signed-in users execute the documented ones and what policies ask');

select * from finish();
rollback;
