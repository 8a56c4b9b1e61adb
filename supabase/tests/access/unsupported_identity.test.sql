-- A third-party sign-in has subs that are no uuids. Functions say so, and what is read is empty.
begin;
\ir ../fixtures.psql
\ir ../api.psql
select plan(15);

create function pg_temp.claims(new_sub jsonb, role text default 'authenticated') returns void language sql as $$
  select set_config('request.jwt.claims', jsonb_build_object('role', claims.role, 'sub', new_sub)::text, true)
$$;
create temporary table started as select sync_test.trigger_as('coordinator') as run_id;
grant select on started to service_role;
-- The caller is checked before any argument: nulls are enough.
create temporary table calls as
  select format('%I(%s)', p.proname, (select string_agg('null::' || t::regtype, ', ' order by n)
    from unnest(p.proargtypes::oid[]) with ordinality u (t, n) where n <= p.pronargs - p.pronargdefaults)) as call
  from pg_proc p join sync_test.api() a on a.name = p.proname and a.for_people
  where p.pronamespace = 'public'::regnamespace;
grant select on calls to authenticated;
create function pg_temp.answer(call text) returns text language plpgsql as $$
begin
  execute format('select public.%s', call);
  return 'no error';
exception when others then
  return sqlstate || ' ' || sqlerrm;
end
$$;
select ok((select count(*) > 20 from calls), 'the functions for people are found in the catalogue');

select sync_test.act_as('coordinator');
select pg_temp.claims('"auth0|5f7c8ec7c33c6c004bbafe82"');
select is_empty($$ select call, answer from calls, pg_temp.answer(call) answer where answer <> 'PT401 unsupported_identity' $$,
  'each of them says that it does not know such people');
select is_empty(format('select from public.%I', name), name || ' shows nothing, and no error')
from unnest(array['organizations', 'organization_members', 'sync_integrations', 'sync_run_log', 'sync_alerts',
  'sync_statistics']) name;

prepare press as select public.trigger_integration_sync(sync_test.id('org a'), 'webhook');
select pg_temp.claims('""');
select throws_ok('press', 'PT401', 'unsupported_identity', 'an empty sub is no uuid');
select pg_temp.claims('42');
select throws_ok('press', 'PT401', 'unsupported_identity', 'nor is a number');
select pg_temp.claims(to_jsonb(left(sync_test.id('coordinator')::text, 35)));
select throws_ok('press', 'PT401', 'unsupported_identity', 'nor one that lacks a digit');
select pg_temp.claims('null');
select throws_ok('press', 'PT401', 'not_authenticated', 'a null sub is a token without a user');
select set_config('request.jwt.claims', jsonb_build_object('role', 'authenticated', 'sub', sync_test.id('coordinator'),
  'is_anonymous', 'perhaps')::text, true);
select throws_ok('press', 'PT401', 'not_authenticated', 'a foreign is_anonymous is no error of a cast');

select sync_test.act_as('service_role');
select pg_temp.claims('"backend-1"', 'service_role');
select is((select (public.cancel_integration_sync(run_id)).cancel_requested_by from started), null,
  'the service role acts for all, whatever its sub is');
select sync_test.act_as('owner');
select is_empty($$ select p.oid::regprocedure from pg_proc p
  where p.pronamespace in ('public'::regnamespace, 'sync_scheduler'::regnamespace) and p.prosrc ~ 'auth\.(uid|role)\(\)'
    and p.proname <> 'caller_id'
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') $$,
  'every function asks caller_id() who calls');

select * from finish();
rollback;
