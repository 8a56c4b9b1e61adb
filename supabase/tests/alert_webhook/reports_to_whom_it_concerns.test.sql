-- Which organisations get a message, and how often.
begin;
\ir ../fixtures.psql
\ir ../alert_webhook.psql
select plan(11);

-- Organisations a and b use the same type, at two hosts.
update public.sync_integrations set config = jsonb_build_object('url', case when id = sync_test.id('integration a') then 'https://one.example' else 'https://two.example' end);
select pg_temp.connect();
select sync_test.act_as('outsider');
select public.configure_alert_webhook(sync_test.id('org b'), jsonb_build_object('url', 'https://hooks.example/b', 'secret', pg_temp.secret(), 'finished_runs', true));
select sync_test.act_as('owner');
create function pg_temp.read() returns void language sql as $$ update sync_scheduler.alert_messages set delivered_at = now() where delivered_at is null $$;
select pg_temp.read();

select sync_scheduler.raise_alert(sync_test.vendor('webhook'), 'vendor_incident', 'critical', now(), 'Down.', '{"host": "two.example"}');
select is(pg_temp.waiting('org a'), null, 'an organisation gets no message about the incident of a host that it does not use');
select is(pg_temp.waiting('org b'), 'alert.raised vendor_incident', 'one that uses the host does');
select pg_temp.read();
update public.sync_alerts set resolved_at = now() where kind = 'vendor_incident';
select is(concat(pg_temp.waiting('org a'), '|', pg_temp.waiting('org b')), '|alert.resolved vendor_incident', 'also about its end');
select pg_temp.read();
select sync_test.claim(run_id), public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'succeeded')
from (select sync_test.trigger_as('coordinator') as run_id) r;
select is(concat(pg_temp.waiting('org a'), '|', pg_temp.waiting('org b')), '|', 'a run is reported only to its own organisation, if that asked for it');

-- What was delivered is over, whatever a later report says of it.
select pg_temp.alert('drift');
select pg_temp.alert('run_failed');
update sync_scheduler.alert_senders set next_attempt_at = null;
select sync_scheduler.post_alert_messages();
create temporary table claimed as select pg_temp.claim() as c;
select pg_temp.report(c, 1, 'failed') from claimed;
select pg_temp.pass('1 day'), sync_scheduler.post_alert_messages();
select pg_temp.claim();
select public.sync_worker_finish_alerts(sync_test.id('org a'), pg_temp.token(), jsonb_build_array(
  jsonb_build_object('message_id', c #> '{messages,0,message_id}', 'outcome', 'failed', 'error', 'late', 'status', 500))) from claimed;
select results_eq($$ select m.attempts, m.delivered_at is not null, m.last_status, m.last_error from sync_scheduler.alert_messages m, claimed
  where m.message_id = (c #>> '{messages,0,message_id}')::uuid $$, $$ values (1, true, 200, null::text) $$, 'a delivered message is not settled again');

-- The limits of a report and of a claim.
create function pg_temp.says(statement text) returns text language plpgsql as $$
begin
  update sync_scheduler.alert_senders s set token_hash = sha256('t'), requested_at = now(), claimed_at = now(), ended_at = null where s.org_id = sync_test.id('org a');
  execute statement;
  raise exception using errcode = 'ZZ999';
exception
  when sqlstate 'ZZ999' then return 'taken';
  when others then return sqlerrm;
end
$$;
create function pg_temp.reported(results text) returns text language sql as $$
  select pg_temp.says(format('select public.sync_worker_finish_alerts(%L, ''t'', %L)', sync_test.id('org a'), results))
$$;
select is_empty($$
  select r.*, pg_temp.reported(r.results) from (values
    ('taken', '[]'), ('invalid_worker_request', null), ('invalid_worker_request', '{}'),
    ('invalid_worker_request', '[{"outcome": "delivered"}]'),
    ('invalid_worker_request', '[{"message_id": "x", "outcome": "delivered"}]'),
    ('invalid_worker_request', '[{"message_id": "00000000-0000-0000-0000-000000000000"}]'),
    ('invalid_worker_request', '[{"message_id": "00000000-0000-0000-0000-000000000000", "outcome": "lost"}]'),
    ('taken', '[{"message_id": "00000000-0000-0000-0000-000000000000", "outcome": "failed", "retry_after_seconds": 0}]'),
    ('taken', '[{"message_id": "00000000-0000-0000-0000-000000000000", "outcome": "failed", "retry_after_seconds": 86400}]'),
    ('invalid_worker_request', '[{"message_id": "00000000-0000-0000-0000-000000000000", "outcome": "failed", "retry_after_seconds": 86401}]'),
    ('invalid_worker_request', '[{"message_id": "00000000-0000-0000-0000-000000000000", "outcome": "failed", "retry_after_seconds": -1}]')
  ) r (expected, results) where pg_temp.reported(r.results) <> r.expected
$$, 'a report is taken within its limits');
create function pg_temp.claimed(age interval) returns text language sql as $$
  select pg_temp.says(format($a$ update sync_scheduler.alert_senders set claimed_at = null, requested_at = clock_timestamp() - %L::interval;
    select public.sync_worker_claim_alerts('[{"org_id": "%s", "token": "t"}]') $a$, age, sync_test.id('org a')))
$$;
select is(pg_temp.claimed('20 seconds'), 'taken', 'a claim is taken within half a minute');
select is(pg_temp.claimed('30 seconds'), 'attempt_not_current', 'and not later');

-- When it stops.
create function pg_temp.stops(outcome text, failing interval) returns text language plpgsql as $$
declare
  reason text;
begin
  update public.sync_alert_webhooks w set failing_since = now() - failing where w.org_id = sync_test.id('org a');
  update sync_scheduler.alert_senders s set token_hash = sha256('t'), requested_at = now(), claimed_at = now(), ended_at = null where s.org_id = sync_test.id('org a');
  perform public.sync_worker_finish_alerts(sync_test.id('org a'), 't', jsonb_build_array(jsonb_build_object(
    'message_id', (select m.message_id from sync_scheduler.alert_messages m where m.org_id = sync_test.id('org a') and m.delivered_at is null limit 1), 'outcome', outcome)));
  select w.stop_reason into reason from public.sync_alert_webhooks w where w.org_id = sync_test.id('org a');
  update public.sync_alert_webhooks w set stopped_at = null, stop_reason = null where w.org_id = sync_test.id('org a');
  return coalesce(reason, 'goes on');
end
$$;
select results_eq($$ select pg_temp.stops('refused', f) from unnest('{00:59:59.999,01:00:00}'::interval[]) f $$, $$ values ('goes on'), ('refused') $$,
  'a receiver that refuses gets an hour');
select results_eq($$ select pg_temp.stops('failed', f) from unnest('{71:59:59.999,72:00:00}'::interval[]) f $$, $$ values ('goes on'), ('unreachable') $$,
  'one that fails gets three days');
select is(pg_temp.stops('gone', '0 seconds'), 'gone', 'one that is gone gets no time');

select * from finish();
rollback;
