-- Every function, table, sequence and type of this bundle against every role: what is not listed here is
-- forbidden. A new object fails the test until it is listed.
begin;
\ir ../fixtures.psql
select plan(6);

create temporary table actor as
  select unnest(array['anon', 'authenticated', 'service_role', 'public']) as role;
-- Everything in public that no extension has brought: the development database holds nothing else.
create function pg_temp.ours(object oid) returns boolean language sql as $$
  select not exists (select from pg_depend d where d.objid = object and d.deptype = 'e')
$$;

select bag_eq(
  $$ select p.oid::regprocedure::text, a.role
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace cross join actor a
     where (n.nspname = 'sync_scheduler' or (n.nspname = 'public' and pg_temp.ours(p.oid)))
       and has_function_privilege(a.role, p.oid, 'execute') $$,
  $$ select f, r from unnest(array['trigger_integration_sync(uuid,text,text)', 'retry_integration_sync(uuid,text)',
       'cancel_integration_sync(uuid,text)', 'connect_integration(uuid,text,jsonb,text)', 'configure_integration_sync(uuid,text,jsonb,text)',
       'pause_integration_sync(uuid,text,text,timestamp with time zone)', 'resume_integration_sync(uuid,text,text,timestamp with time zone)',
       'preview_sync_schedule(uuid,text,integer,text,text)', 'sync_scheduler_status()',
       'backfill_integration_sync(uuid,text,timestamp with time zone,timestamp with time zone,text)',
       'cancel_integration_backfill(uuid,text,text)',
       'explain_sync_slots(uuid,text,timestamp with time zone,timestamp with time zone)',
       'settle_sync_entries(uuid,text,jsonb,text)', 'withdraw_sync_entries(uuid,text,text[],text)', 'set_integration_credentials(uuid,text,jsonb,text,jsonb)',
       'test_integration_connection(uuid,text)', 'resume_integration_checks(uuid,text,text)', 'acknowledge_sync_alert(uuid)', 'sync_overview(uuid)',
       'sync_run_timeline(uuid)', 'configure_alert_webhook(uuid,jsonb,text)']) f,
       unnest(array['authenticated', 'service_role']) r
     union all values
     ('sync_scheduler.member_org_ids()', 'authenticated'),
     ('sync_scheduler.caller_id()', 'authenticated'),
     ('sync_scheduler.member_vendors()', 'authenticated'),
     ('add_sync_entries(uuid,text,jsonb,boolean,boolean)', 'service_role'),
     ('sync_worker_claim(uuid,integer,text,uuid,numeric,boolean,integer,jsonb)', 'service_role'),
     ('sync_worker_heartbeat(uuid,integer,text,jsonb,numeric)', 'service_role'),
     ('sync_worker_reserve_entries(uuid,integer,text,integer,text[],integer)', 'service_role'),
     ('sync_worker_record_results(uuid,integer,text,uuid,jsonb,boolean)', 'service_role'),
     ('sync_worker_finish(uuid,integer,text,text,text,text,text,numeric,jsonb,numeric,uuid,text)', 'service_role'),
     ('sync_worker_claim_probes(jsonb,integer)', 'service_role'),
     ('sync_worker_finish_probe(uuid,text,text,text,text,text,numeric,boolean,text)', 'service_role'),
     ('sync_worker_claim_alerts(jsonb)', 'service_role'),
     ('sync_worker_finish_alerts(uuid,text,jsonb)', 'service_role'),
     ('sync_worker_warm(timestamp with time zone,text,uuid,numeric,boolean)', 'service_role') $$,
  'functions');

select bag_eq(
  $$ select c.oid::regclass::text, a.role, right_name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join actor a
     cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) right_name
     where c.relkind in ('r', 'v', 'm', 'p')
       and (n.nspname = 'sync_scheduler' or (n.nspname = 'public' and pg_temp.ours(c.oid)))
       and has_table_privilege(a.role, c.oid, right_name) $$,
  $$ select t, r, 'select' as w from unnest(array['organizations', 'organization_members', 'sync_integration_types',
       'sync_integrations', 'sync_run_log', 'sync_export_entries', 'sync_alerts', 'sync_audit_log',
       'sync_integration_health', 'sync_vendor_incidents', 'sync_drift_statistics', 'sync_statistics',
       'sync_alert_webhooks']) t, unnest(array['authenticated', 'service_role']) r
     union all
     values ('organizations', 'service_role', 'insert'), ('organizations', 'service_role', 'update'),
       ('organization_members', 'service_role', 'insert'), ('organization_members', 'service_role', 'update'),
       ('organization_members', 'service_role', 'delete') $$,
  'tables');

select is_empty(
  $$ select c.oid::regclass::text, x.attname::text, a.role, right_name
     from pg_attribute x join pg_class c on c.oid = x.attrelid join pg_namespace n on n.oid = c.relnamespace
     cross join actor a cross join unnest(array['select', 'insert', 'update', 'references']) right_name
     where c.relkind in ('r', 'v', 'm', 'p') and x.attnum > 0 and not x.attisdropped
       and (n.nspname = 'sync_scheduler' or (n.nspname = 'public' and pg_temp.ours(c.oid)))
       and has_column_privilege(a.role, c.oid, x.attnum, right_name)
       and not has_table_privilege(a.role, c.oid, right_name) $$,
  'single columns');

select is_empty(
  $$ select c.oid::regclass, a.role from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join actor a
     where c.relkind = 'S' and (n.nspname = 'sync_scheduler' or (n.nspname = 'public' and pg_temp.ours(c.oid)))
       and has_sequence_privilege(a.role, c.oid, 'usage, select, update') $$,
  'sequences');

select is_empty(
  $$ select a.role from actor a, unnest(array['usage', 'create']) right_name
     where has_schema_privilege(a.role, 'sync_scheduler', right_name) $$,
  'the private schema');

select is_empty(
  $$ select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where (n.nspname = 'sync_scheduler' or (n.nspname = 'public' and pg_temp.ours(p.oid)))
       and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false) $$,
  'every function pins pg_catalog before pg_temp');

select * from finish();
rollback;
