-- Alerts without an organisation: of a vendor, or of the whole installation.
begin;
\ir ../fixtures.psql
select plan(9);
create function pg_temp.seen(name text) returns text language plpgsql as $$
declare
  kinds text;
begin
  perform sync_test.act_as(name);
  select string_agg(concat_ws(' ', a.integration_type, a.kind), ', ' order by a.kind, a.integration_type) into kinds from public.sync_alerts a;
  perform sync_test.act_as('owner');
  return kinds;
end
$$;
insert into public.sync_integrations (org_id, integration_type) values (sync_test.id('org b'), 'xledger');

select is(sync_scheduler.raise_alert(sync_test.vendor('xledger'), 'vendor_incident', 'critical', '2026-01-01', 'Down.'), true, 'a vendor is down');
select is(sync_scheduler.raise_alert(sync_test.vendor('xledger'), 'vendor_incident', 'critical', '2026-01-01', 'Down.'), false,
  'which is one occurrence for all organisations');
select sync_scheduler.raise_alert(sync_test.vendor('webhook'), 'unhealthy', 'warning', null, 'Slow.');
select sync_scheduler.raise_alert(null, 'scheduler_dead', 'critical', null, 'Dead.');
select sync_scheduler.raise_alert(i, 'drift', 'warning', now(), 'Late.') from public.sync_integrations i
  where i.id = sync_test.id('integration a');
select is(pg_temp.seen('viewer'), 'webhook drift, webhook unhealthy, scheduler_dead', 'members see those of the vendors that they use');
select is(pg_temp.seen('outsider'), 'webhook unhealthy, xledger vendor_incident, scheduler_dead', 'each organisation the own ones');
select is(pg_temp.seen('stranger'), null, 'who belongs nowhere sees none');
select sync_test.act_as('anon');
select throws_ok('select from public.sync_alerts', '42501', null, 'anon may not ask');
select sync_test.act_as('service_role');
select is(count(*)::integer, 4, 'the service role sees all') from public.sync_alerts;
select throws_ok('update public.sync_alerts set resolved_at = now()', '42501', null, 'but writes none');
select sync_test.act_as('owner');

select is((select count(*)::integer from pg_publication_tables
  where pubname = 'supabase_realtime' and tablename = 'sync_alerts'), 1, 'Realtime publishes alerts');

select * from finish();
rollback;
