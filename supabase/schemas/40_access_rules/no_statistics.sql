-- `Prefer: count=planned` of the Data API shows everyone what the planner estimates, from rows that they may
-- not read. With statistics of a text or a uuid its digits can be found one by one, by ranges. So only
-- columns of numbers, instants, yes or no, and lists of fixed words have statistics. Nothing slows down: the
-- queries of the bundle use indexes whatever the planner believes (tests/integration/plans).
do $$
declare
  secret record;
begin
  for secret in
    select a.attrelid::regclass as relation, a.attname as name from pg_catalog.pg_attribute a
    where a.attrelid = any ('{public.sync_integrations,public.sync_run_log,public.sync_export_entries,
        public.sync_alerts,public.sync_audit_log,public.sync_integration_health,public.sync_alert_webhooks,
        public.sync_vendor_incidents}'::regclass[])
      and a.attnum > 0 and a.attname <> 'integration_type'
      -- The one numeric is a sum of money. How long a payload is says something of it.
      and (a.atttypid = any ('{text,uuid,jsonb,bytea,numeric}'::regtype[]) or a.attname = 'payload_bytes')
  loop
    execute format('alter table %s alter column %I set statistics 0', secret.relation, secret.name);
  end loop;
end;
$$;
