begin;
\ir ../fixtures.psql
select plan(11);
select sync_scheduler.raise_alert(i, 'drift', 'warning', now(), 'Late.') from public.sync_integrations i
  where i.id = sync_test.id('integration a');
select sync_scheduler.raise_alert(sync_test.vendor('webhook'), 'vendor_incident', 'critical', now(), 'Down.');
create temporary table raised as select kind, alert_id from public.sync_alerts;
grant select on raised to authenticated, service_role;
create function pg_temp.acknowledge(of_kind public.sync_alert_kind) returns uuid language sql as $$
  select (public.acknowledge_sync_alert((select alert_id from raised where kind = of_kind))).acknowledged_by
$$;

select sync_test.act_as('nobody');
select throws_ok($$ select pg_temp.acknowledge('drift') $$, 'PT401', 'not_authenticated', 'a caller without claims may not');
select sync_test.act_as('viewer');
select throws_ok($$ select pg_temp.acknowledge('drift') $$, 'PT403', 'not_authorized', 'a viewer may not');
select sync_test.act_as('outsider');
select throws_ok($$ select pg_temp.acknowledge('drift') $$, 'PT403', 'not_authorized', 'another organisation may not');
select throws_ok($$ select public.acknowledge_sync_alert(sync_test.id('none')) $$, 'PT403', 'not_authorized',
  'an alert that does not exist gets the same answer');
select throws_ok($$ select public.acknowledge_sync_alert(null) $$, 'PT403', 'not_authorized', 'and so does none at all');

select sync_test.act_as('coordinator');
select throws_ok($$ select pg_temp.acknowledge('vendor_incident') $$, 'PT403', 'not_authorized', 'no member speaks for all organisations');
select is(pg_temp.acknowledge('drift'), sync_test.id('coordinator'), 'a coordinator acknowledges');
select sync_test.act_as('admin');
select is(pg_temp.acknowledge('drift'), sync_test.id('coordinator'), 'the second one learns who was first');
select sync_test.act_as('owner');
select results_eq($$ select acknowledged_at = now(), resolved_at is null from public.sync_alerts where kind = 'drift' $$,
  $$ values (true, true) $$, 'the alert stays open until its cause is gone');
select sync_test.act_as('service_role');
select is(pg_temp.acknowledge('vendor_incident'), null, 'the service role acknowledges what is shared');
select sync_test.act_as('owner');
select isnt((select acknowledged_at from public.sync_alerts where kind = 'vendor_incident'), null, 'in no person''s name');

select * from finish();
rollback;
