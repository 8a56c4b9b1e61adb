-- Included by the tests of vendors' incidents: organisations 1 to 6 with an integration each, five of them on one host.
create function pg_temp.org(n integer) returns uuid language sql as $$ select sync_test.id('tenant ' || n) $$;
create function pg_temp.integration(n integer) returns uuid language sql as $$ select sync_test.id('integration ' || n) $$;
insert into public.organizations (id, name) select pg_temp.org(n), 'Tenant ' || n from generate_series(1, 6) n;
insert into public.organization_members (org_id, user_id, role) select pg_temp.org(n), sync_test.id(case n when 6 then 'viewer' else 'stranger' end), 'admin'
from generate_series(5, 6) n;
insert into public.sync_integrations (id, org_id, integration_type, config, manual_cooldown, retry_base, max_attempts)
select pg_temp.integration(n), pg_temp.org(n), 'webhook', jsonb_build_object('url', case when n < 6 then 'https://Hooks.example:8443/of/' || n else 'https://other.example/' end),
  '0 seconds', '0 seconds', 2 from generate_series(1, 6) n;

-- A check of this integration that ends like that.
create function pg_temp.check_ends(n integer, outcome text, class text default null, code text default 'webhook_connection_lost') returns void
language plpgsql as $$
begin
  perform sync_scheduler.post_probes(array[pg_temp.integration(n)]);
  perform pg_temp.claim(pg_temp.probe_token('integration ' || n), 'integration ' || n);
  perform public.sync_worker_finish_probe(pg_temp.integration(n), pg_temp.probe_token('integration ' || n), outcome, class,
    case when class is not null then code end, case when class is not null then 'In words.' end, 5);
end
$$;
create function pg_temp.nobody_answers(variadic ns integer[]) returns void language sql as $$
  select pg_temp.check_ends(n, 'failed', 'transient') from unnest(ns) n
$$;

-- Somebody's backend asks for a sync; the worker takes it and ends it.
create function pg_temp.press(n integer) returns public.sync_run_log language plpgsql as $$
declare
  run public.sync_run_log;
begin
  perform sync_test.act_as('service_role');
  select * into run from public.trigger_integration_sync(pg_temp.org(n), 'webhook');
  perform sync_test.act_as('owner');
  return run;
end
$$;
create function pg_temp.run_ends(of_run uuid, outcome text, class text default null, code text default 'webhook_connection_lost') returns void
language plpgsql as $$
declare
  number integer := (select r.attempt from public.sync_run_log r where r.run_id = of_run);
  batch jsonb;
begin
  perform sync_test.claim(of_run, number);
  if outcome = 'succeeded' then
    insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
    select r.integration_id, of_run::text, '2026-10', 'B-1', '{}' from public.sync_run_log r where r.run_id = of_run;
    batch := public.sync_worker_reserve_entries(of_run, number, sync_test.token(of_run), 1);
    perform public.sync_worker_record_results(of_run, number, sync_test.token(of_run), (batch ->> 'batch_id')::uuid, sync_test.results(batch, 'exported'));
  end if;
  perform public.sync_worker_finish(of_run, number, sync_test.token(of_run), outcome, class, case when class is not null then code end,
    case when class is not null then 'In words.' end);
end
$$;

create function pg_temp.incidents() returns text language sql as $$
  select coalesce(string_agg(concat_ws(' ', host, affected, case when ended_at is null then 'open' else 'ended' end), ', ' order by began_at, host), 'none')
  from public.sync_vendor_incidents
$$;
create function pg_temp.incident_alerts() returns text language sql as $$
  select coalesce(string_agg(concat_ws(' ', a.severity, a.count, case when a.resolved_at is null then 'open' else 'resolved' end), ', '
    order by a.first_seen_at, a.resolved_at nulls last), 'none') from public.sync_alerts a where a.kind = 'vendor_incident'
$$;
create function pg_temp.all_due() returns void language sql as $$
  update public.sync_integration_health set next_check_at = now() - interval '1 second' where next_check_at is not null
$$;
create function pg_temp.run_state(of_run uuid) returns text language sql as $$
  select concat_ws(' ', r.status, r.attempt, r.notice, case when r.next_attempt_at > now() then 'later' when r.next_attempt_at is not null then 'now' end)
  from public.sync_run_log r where r.run_id = of_run
$$;
