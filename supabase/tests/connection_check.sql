-- Included by the tests of connection checks: what the Edge Function gets of the newest one, and what it would do.
create function pg_temp.probe_token(name text default 'integration a') returns text language sql security definer as $$
  select p ->> 'token' from net.http_request_queue q, jsonb_array_elements(convert_from(q.body, 'UTF8')::jsonb -> 'probes') p
  where convert_from(q.body, 'UTF8')::jsonb ->> 'kind' = 'probes' and p ->> 'integration_id' = sync_test.id(name)::text
  order by q.id desc limit 1
$$;

-- What the function takes of one with this token.
create function pg_temp.claim(token text, name text default 'integration a') returns jsonb language sql as $$
  select public.sync_worker_claim_probes(jsonb_build_array(jsonb_build_object('integration_id', sync_test.id(name), 'token', token))) -> 0
$$;
grant execute on function pg_temp.claim(text, text) to service_role, authenticated;

-- As the person, whoever that is; the owner goes on.
create function pg_temp.check_as(name text) returns public.sync_integration_health language plpgsql as $$
declare
  health public.sync_integration_health;
begin
  perform sync_test.act_as(name);
  health := public.test_integration_connection(sync_test.id('org a'), 'webhook');
  perform sync_test.act_as('owner');
  return health;
end
$$;

-- The cooldown is over, and whatever is open has had its time.
create function pg_temp.age_probe() returns void language sql as $$
  update sync_scheduler.probes set requested_at = requested_at - interval '31 seconds'
$$;

-- A whole check that ends like that.
create function pg_temp.checked(outcome text, class text default null, code text default null, latency numeric default 12)
returns jsonb language plpgsql as $$
declare
  told jsonb;
begin
  perform pg_temp.age_probe();
  perform pg_temp.check_as('coordinator');
  perform pg_temp.claim(pg_temp.probe_token());
  return public.sync_worker_finish_probe(sync_test.id('integration a'), pg_temp.probe_token(), outcome, class, code,
    case when class is not null then 'In words.' end, latency);
end
$$;

create function pg_temp.health() returns text language sql as $$
  select concat_ws(' ', h.status, h.last_error_code, h.last_error_message)
  from public.sync_integration_health h where h.integration_id = sync_test.id('integration a')
$$;

create function pg_temp.alerts() returns text language sql as $$
  select count(*) || ' alerts, ' || count(*) filter (where a.resolved_at is null) || ' open'
  from public.sync_alerts a where a.kind = 'needs_attention'
$$;
