-- A third-party sign-in has subs that are no uuids. Functions say so, and what is read is empty.
begin;
\ir ../fixtures.psql
\ir ../api.psql
select plan(35);

create function pg_temp.claims(new_sub jsonb, role text default 'authenticated') returns void language sql as $$
  select set_config('request.jwt.claims', jsonb_build_object('role', claims.role, 'sub', new_sub)::text, true)
$$;
create temporary table started as select sync_test.trigger_as('coordinator') as run_id;
grant select on started to service_role;
create temporary table calls as select call from unnest(array[
  $$trigger_integration_sync(sync_test.id('org a'), 'webhook')$$,
  $$retry_integration_sync(gen_random_uuid())$$,
  $$cancel_integration_sync(gen_random_uuid())$$,
  $$configure_integration_sync(sync_test.id('org a'), 'webhook', '{}')$$,
  $$connect_integration(sync_test.id('org a'), 'webhook', '{}')$$,
  $$pause_integration_sync(sync_test.id('org a'), 'webhook')$$,
  $$resume_integration_sync(sync_test.id('org a'), 'webhook')$$,
  $$preview_sync_schedule(sync_test.id('org a'), 'webhook')$$,
  $$explain_sync_slots(sync_test.id('org a'), 'webhook', now() - interval '1 day', now())$$,
  $$backfill_integration_sync(sync_test.id('org a'), 'webhook', now() - interval '1 day', now())$$,
  $$cancel_integration_backfill(sync_test.id('org a'), 'webhook')$$,
  $$settle_sync_entries(sync_test.id('org a'), 'webhook', '[]', 'x')$$,
  $$withdraw_sync_entries(sync_test.id('org a'), 'webhook', '{}', 'x')$$,
  $$set_integration_credentials(sync_test.id('org a'), 'webhook', null)$$,
  $$test_integration_connection(sync_test.id('org a'), 'webhook')$$,
  $$resume_integration_checks(sync_test.id('org a'), 'webhook')$$,
  $$acknowledge_sync_alert(gen_random_uuid())$$,
  $$sync_overview(sync_test.id('org a'))$$,
  $$sync_run_timeline(gen_random_uuid())$$,
  $$configure_alert_webhook(sync_test.id('org a'), '{}')$$,
  $$sync_scheduler_status()$$]) call;
grant select on calls to authenticated;
select is_empty($$ select a.name from sync_test.api() a
  where a.for_people and not exists (select from calls c where split_part(c.call, '(', 1) = a.name) $$,
  'every function for people is called here');

select sync_test.act_as('coordinator');
select pg_temp.claims('"auth0|5f7c8ec7c33c6c004bbafe82"');
select throws_ok(format('select public.%s', call), 'PT401', 'unsupported_identity', call) from calls;
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
