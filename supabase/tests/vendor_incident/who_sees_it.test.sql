begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
\ir ../vendor_incident.psql
select plan(10);

-- The five share the host of their type: only such a host can have an incident.
update public.sync_integration_types set host = 'hooks.example:8443' where code = 'webhook';
update public.sync_integrations set config = '{"url": "https://own.example"}' where config = '{}';

-- The stranger is a member of organisation 5, the viewer of 6 and of organisation a.
select pg_temp.nobody_answers(1, 2, 3);
create function pg_temp.seen() returns text language sql as $$
  select (select count(*) from public.sync_vendor_incidents) || ' ' || (select count(*) from public.sync_alerts where kind = 'vendor_incident')
$$;
select sync_test.act_as('stranger');
select is(pg_temp.seen(), '1 1', 'a member of an organisation on that host sees the incident and its alert');
select is((select (o.incident_since is not null)::text || ' ' || o.open_alerts from public.sync_overview(pg_temp.org(5)) o), 'true 1',
  'as does the overview');
select sync_test.act_as('viewer');
select is(pg_temp.seen(), '0 0', 'one with the same type on another host sees neither: it is none of their business');
select is((select o.incident_since from public.sync_overview(pg_temp.org(6)) o), null, 'nor does their overview');
select sync_test.act_as('outsider');
select is(pg_temp.seen(), '0 0', 'nor does another organisation');
select sync_test.act_as('anon');
select throws_ok('select from public.sync_vendor_incidents', '42501', null, 'anon may not ask');
select sync_test.act_as('service_role');
select is(pg_temp.seen(), '1 1', 'the service role sees all');
select throws_ok('update public.sync_vendor_incidents set ended_at = now()', '42501', null, 'but writes none');
select sync_test.act_as('owner');
select is((select count(*)::integer from pg_publication_tables
  where pubname = 'supabase_realtime' and tablename = 'sync_vendor_incidents'), 1, 'Realtime publishes incidents');
select ok(not (select jsonb_agg(o)::text || (select jsonb_agg(a) from public.sync_alerts a where a.kind = 'vendor_incident')::text like any (
    select '%' || id || '%' from (select id::text from public.organizations union select id::text from public.sync_integrations) t)
  from public.sync_vendor_incidents o), 'neither has a single organisation');

select * from finish();
rollback;
