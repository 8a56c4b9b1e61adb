-- $1 organisations, each with a webhook integration and three members; the coordinator is the same in all,
-- because claims are set once a connection.
with people as (
  insert into auth.users (id, aud, role, email, created_at, updated_at)
  select gen_random_uuid(), 'authenticated', 'authenticated', 'bench-' || n || '@example.test', now(), now()
  from generate_series(0, 2) n
  returning id, email
), orgs as (
  insert into public.organizations (name) select 'Bench ' || n
  from generate_series(1, $1::integer) n returning id
), members as (
  insert into public.organization_members (org_id, user_id, role)
  select o.id, p.id, case when p.email like 'bench-0@%' then 'coordinator' else 'viewer'
    end::public.sync_member_role
  from orgs o, people p
), integrations as (
  insert into public.sync_integrations (org_id, integration_type, config)
  select o.id, 'webhook', '{"url": "http://127.0.0.1:9/"}' from orgs o
  returning id, org_id
), tenants as (
  insert into bench.tenants (n, org_id, integration_id)
  select row_number() over (), i.org_id, i.id from integrations i
)
select id from people where email like 'bench-0@%';
