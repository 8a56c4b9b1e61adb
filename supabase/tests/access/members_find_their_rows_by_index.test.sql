-- A client that names no organisation must not have the rows of all tenants looked at.
begin;
\ir ../fixtures.psql
select plan(9);
-- Few rows: a plan without an index would always be cheaper.
set local enable_seqscan = off;
create function pg_temp.sought(tables text) returns boolean language plpgsql as $$
declare
  plan json;
begin
  execute 'explain (format json) select * from public.' || tables into plan;
  return plan::text ~ 'Index Cond": "\(\w+ = ANY \(' and plan::text !~ 'Seq Scan';
end
$$;

select sync_test.act_as('viewer');
select ok(pg_temp.sought(t), t) from unnest(array['organizations', 'organization_members', 'sync_integrations', 'sync_run_log',
  'sync_export_entries', 'sync_alerts', 'sync_audit_log', 'sync_integration_health', 'sync_alert_webhooks']) t;

select * from finish();
rollback;
