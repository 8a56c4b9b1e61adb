-- Included by the tests of alert webhooks: organisation a has one, and the test is its function.
create function pg_temp.configure(changes jsonb, name text default 'admin') returns public.sync_alert_webhooks language plpgsql as $$
declare
  webhook public.sync_alert_webhooks;
begin
  -- The last time is a while ago.
  update public.sync_audit_log set created_at = created_at - interval '1 minute' where action = 'configure_alert_webhook';
  perform sync_test.act_as(name);
  webhook := public.configure_alert_webhook(sync_test.id('org a'), changes);
  perform sync_test.act_as('owner');
  return webhook;
end
$$;
create function pg_temp.secret() returns text language sql as $$ select 'whsec_' || encode('0123456789abcdef01234567', 'base64') $$;
create function pg_temp.connect(more jsonb default '{}') returns void language sql as $$
  select pg_temp.configure(jsonb_build_object('url', 'https://hooks.example/T0/B0?key=1', 'secret', pg_temp.secret()) || more)
$$;
create function pg_temp.alert(kind text, severity text default 'warning', name text default 'integration a') returns void language sql as $$
  select sync_scheduler.raise_alert(i, kind::public.sync_alert_kind, severity::public.sync_alert_severity, null, initcap(kind) || ' <!channel>.')
  from public.sync_integrations i where i.id = sync_test.id(name)
$$;
-- What waits, in order.
create function pg_temp.waiting(name text default 'org a') returns text language sql as $$
  select string_agg(concat_ws(' ', m.body ->> 'type', m.body -> 'data' ->> 'kind'), ', ' order by m.number)
  from sync_scheduler.alert_messages m where m.org_id = sync_test.id(name) and m.delivered_at is null
$$;
create function pg_temp.token(name text default 'org a') returns text language sql security definer as $$
  select s ->> 'token' from net.http_request_queue q, jsonb_array_elements(convert_from(q.body, 'UTF8')::jsonb -> 'senders') s
  where convert_from(q.body, 'UTF8')::jsonb ->> 'kind' = 'alerts' and s ->> 'org_id' = sync_test.id(name)::text
  order by q.id desc limit 1
$$;
create function pg_temp.claim(name text default 'org a') returns jsonb language sql as $$
  select public.sync_worker_claim_alerts(jsonb_build_array(jsonb_build_object('org_id', sync_test.id(name), 'token', pg_temp.token(name)))) -> 0
$$;
-- Reports so many messages as delivered, and then one with that outcome.
create function pg_temp.report(claimed jsonb, delivered integer, outcome text default null, more jsonb default '{}') returns jsonb language sql as $$
  select public.sync_worker_finish_alerts((claimed ->> 'org_id')::uuid, pg_temp.token(), coalesce(jsonb_agg(
    jsonb_build_object('message_id', m.message -> 'message_id', 'outcome', case when m.n <= delivered then 'delivered' else outcome end,
      'status', case when m.n <= delivered then 200 else 503 end) || case when m.n <= delivered then '{}' else more end order by m.n), '[]'))
  from jsonb_array_elements(claimed -> 'messages') with ordinality as m (message, n)
  where m.n <= delivered or (outcome is not null and m.n = delivered + 1)
$$;
-- So much time passes: everything that the sender remembers lies that much further back.
create function pg_temp.pass(span interval) returns void language sql as $$
  update sync_scheduler.alert_senders set next_attempt_at = next_attempt_at - span, requested_at = requested_at - span;
  update public.sync_alert_webhooks set failing_since = failing_since - span
$$;
create function pg_temp.wait_seconds() returns integer language sql as $$
  select extract(epoch from s.next_attempt_at - now())::integer from sync_scheduler.alert_senders s where s.org_id = sync_test.id('org a')
$$;
