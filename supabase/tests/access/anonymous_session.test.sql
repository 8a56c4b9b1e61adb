-- A session of signInAnonymously whose user is a member has no identity: it reads and does nothing.
begin;
\ir ../fixtures.psql
create temporary table relations as
select c.relname::text as name from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'p')
  and (has_table_privilege('authenticated', c.oid, 'select') or has_any_column_privilege('authenticated', c.oid, 'select'))
  and (c.relname like 'sync\_%' or c.relname in ('organizations', 'organization_members'));
grant select on relations to authenticated;
select plan(2 * (select count(*)::integer from relations) + 5);

-- A row of each.
insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, scheduled_for, deadline_at, started_at, finished_at)
values (sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'succeeded', 'schedule', now(), now(), now(), now());
insert into public.sync_audit_log (org_id, action) values (sync_test.id('org a'), 'configure');
insert into public.sync_alert_webhooks (org_id, host, format, min_severity) values (sync_test.id('org a'), 'hooks.example', 'json', 'info');
select sync_scheduler.raise_alert(i, 'drift', 'warning', now(), 'Late.') from public.sync_integrations i where i.id = sync_test.id('integration a');
update public.sync_integrations set config = '{"url": "https://hooks.example/a"}' where id = sync_test.id('integration a');
insert into public.sync_vendor_incidents (integration_type, host, began_at, affected, message) values ('webhook', 'hooks.example', now(), 3, 'Down.');
select sync_scheduler.raise_alert(sync_test.vendor('webhook'), 'vendor_incident', 'critical', now(), 'Down.', '{"host": "hooks.example"}');

create function pg_temp.session(is_anonymous jsonb) returns void language sql as $$
  select sync_test.act_as('admin'), set_config('request.jwt.claims', jsonb_build_object('role', 'authenticated',
    'sub', sync_test.id('admin'), 'is_anonymous', session.is_anonymous)::text, true)
$$;
select pg_temp.session('false');
select isnt_empty(format('select from public.%I', name), 'a member reads ' || name) from relations order by name;
select pg_temp.session('true');
select is_empty(format('select from public.%I', name), 'in an anonymous session they do not read ' || name) from relations order by name;
select is((select count(*)::integer from public.sync_alerts), 0, 'nor an alert that is shared');
select throws_ok($$ select public.sync_overview(sync_test.id('org a')) $$, 'PT401', 'not_authenticated', 'as no RPC lets them');
select pg_temp.session('"perhaps"');
select is_empty('select from public.sync_integrations', 'only false is a person who has signed in');
select pg_temp.session('null');
select isnt_empty('select from public.sync_integrations', 'or nothing, as in older tokens');
select sync_test.act_as('owner');
-- Asked once a query, not for each row: the shape that the advisors want (auth_rls_initplan).
select is_empty($$ select polname from pg_policy p join pg_class c on c.oid = p.polrelid
  where c.relnamespace = 'public'::regnamespace and (c.relname like 'sync\_%' or c.relname in ('organizations', 'organization_members'))
    and pg_get_expr(p.polqual, p.polrelid) !~* '(select|from) (\w+\.)?(caller_id|member_org_ids|member_vendors)\(' $$,
  'every policy asks who reads, as a query of its own');

select * from finish();
rollback;
