-- Included by every test file inside its transaction. Names stand for ids: sync_test.id('coordinator').
set local search_path = public, extensions;
create extension if not exists pgtap with schema extensions;
create schema sync_test;
grant usage on schema sync_test to anon, authenticated, service_role;

create function sync_test.id(name text) returns uuid language sql immutable as $$
  select md5(name)::uuid
$$;

-- From here on the statements of the test run as this person, or as anon, service_role, owner.
create function sync_test.act_as(name text) returns void language plpgsql as $$
declare
  role text := case when name in ('anon', 'service_role') then name
    when name = 'owner' then session_user::text else 'authenticated' end;
begin
  perform set_config('role', role, true);
  perform set_config('request.jwt.claims', case
    when name = 'owner' then ''
    when name in ('anon', 'service_role') then jsonb_build_object('role', name)::text
    else jsonb_build_object('role', 'authenticated', 'sub', sync_test.id(name))::text end, true);
end
$$;

create function sync_test.trigger_as(name text, key text default null) returns uuid language plpgsql as $$
declare
  started uuid;
begin
  perform sync_test.act_as(name);
  select run_id into started from public.trigger_integration_sync(sync_test.id('org a'), 'webhook', key);
  perform sync_test.act_as('owner');
  return started;
end
$$;

-- The token of the newest dispatch of a run, as the Edge Function would get it.
create function sync_test.token(of_run uuid) returns text language sql security definer as $$
  select convert_from(q.body, 'UTF8')::jsonb ->> 'token' from net.http_request_queue q
  where convert_from(q.body, 'UTF8')::jsonb ->> 'run_id' = of_run::text
  order by q.id desc limit 1
$$;

create function sync_test.claim(of_run uuid, number integer default 1, cold boolean default false) returns jsonb
language sql as $$
  select public.sync_worker_claim(of_run, number, sync_test.token(of_run), sync_test.id('boot'), 25, cold)
$$;

create function sync_test.results(of_batch jsonb, new_state text) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object('entry_key', e ->> 'entry_key', 'state', new_state))
  from jsonb_array_elements(of_batch -> 'entries') e
$$;

-- Whatever stands in the database is out of sight until the rollback.
delete from public.organizations;
delete from public.sync_audit_log;
delete from public.sync_alerts;
delete from public.sync_vendor_incidents;
delete from sync_scheduler.vendors;
-- Waits for what pg_net is sending just now.
delete from net.http_request_queue;
-- The scheduler is alive, whether or not anybody else ticks.
insert into sync_scheduler.ticks default values;

-- Organisation a with one person of each role and a webhook integration of ten entries; organisation b likewise,
-- with an outsider; a stranger who belongs nowhere.
update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/functions/v1/integration-sync';
insert into auth.users (id, email)
select sync_test.id(name), name || '@fixture.test'
from unnest(array['admin', 'coordinator', 'viewer', 'outsider', 'stranger']) name;
insert into public.organizations (id, name) values
  (sync_test.id('org a'), 'Fjordfisk AS'), (sync_test.id('org b'), 'Blåbær Økonomi AS');
insert into public.organization_members (org_id, user_id, role) values
  (sync_test.id('org a'), sync_test.id('admin'), 'admin'),
  (sync_test.id('org a'), sync_test.id('coordinator'), 'coordinator'),
  (sync_test.id('org a'), sync_test.id('viewer'), 'viewer'),
  (sync_test.id('org b'), sync_test.id('outsider'), 'admin');
insert into public.sync_integrations (id, org_id, integration_type) values
  (sync_test.id('integration a'), sync_test.id('org a'), 'webhook'),
  (sync_test.id('integration b'), sync_test.id('org b'), 'webhook');
insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
select i.id, 'entry ' || lpad(n::text, 2, '0'), '2026-10', 'B-' || n, jsonb_build_object('amount', n || '.50')
from public.sync_integrations i, generate_series(1, 10) n
where i.id in (sync_test.id('integration a'), sync_test.id('integration b'));
