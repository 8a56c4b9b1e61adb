begin;
\ir ../fixtures.psql
\ir ../alert_webhook.psql
select plan(31);
update sync_scheduler.alert_messages set is_new = false;
update sync_scheduler.alert_senders set next_attempt_at = null;

select is(sync_scheduler.post_alert_messages(), 0, 'without messages nothing is posted');
select pg_temp.connect();
select pg_temp.alert('drift');
select pg_temp.alert('run_failed');
select is(sync_scheduler.post_alert_messages(), 1, 'the tick posts that there are some');
select is((select convert_from(body, 'UTF8') ~ 'hooks|whsec|drift' from net.http_request_queue order by id desc limit 1), false, 'but nothing of them');
select is(sync_scheduler.post_alert_messages(), 0, 'one request at a time');
select throws_ok($$ select public.sync_worker_claim_alerts('[]') $$, 'PT422', 'invalid_worker_request', 'a claim names an organisation');
select throws_ok($$ select public.sync_worker_claim_alerts(jsonb_build_array(jsonb_build_object('org_id', sync_test.id('org a'), 'token', 'forged'))) $$,
  'PT401', 'invalid_token', 'and has its token');
select throws_ok($$ select public.sync_worker_finish_alerts(sync_test.id('org a'), pg_temp.token(), '[]') $$, 'PT401', 'invalid_token',
  'who has not claimed reports nothing');

create temporary table claimed as select pg_temp.claim() as c;
select results_eq($$ select array(select (m ->> 'body')::jsonb ->> 'type' from jsonb_array_elements(c -> 'messages') m), c -> 'webhook' ->> 'secret' from claimed $$,
  $$ values ('{webhook.configured,alert.raised,alert.raised}'::text[], pg_temp.secret()) $$, 'a claim brings the messages in order, and where to');
select throws_ok('select pg_temp.claim()', 'PT409', 'already_claimed', 'once');
select throws_ok($$ select pg_temp.report(c, 0, 'lost') from claimed $$, 'PT422', 'invalid_worker_request', 'an outcome is one of four');
select pg_temp.alert('lost_worker');
select is(pg_temp.report(c, 1, 'failed') ->> 'recorded', 'true', 'the receiver has taken one and then none') from claimed;
select is(pg_temp.report(c, 1, 'failed') ->> 'recorded', 'false', 'a report whose answer was lost may be repeated') from claimed;
select is(pg_temp.waiting(), 'alert.raised drift, alert.raised run_failed, alert.raised lost_worker', 'what was not taken waits, and what has come since behind it');
select ok(pg_temp.wait_seconds() between 7 and 15, 'for a moment');
select is(sync_scheduler.post_alert_messages(), 0, 'that a new one comes does not shorten it');
select results_eq($$ select failing_since, delivered_at from public.sync_alert_webhooks $$, $$ values (now(), now()) $$, 'members see how it goes');

create function pg_temp.attempt(delivered integer, outcome text default null, more jsonb default '{}') returns integer language plpgsql as $$
declare
  claimed jsonb;
begin
  perform pg_temp.pass('1 day'), sync_scheduler.post_alert_messages();
  claimed := pg_temp.claim();
  perform pg_temp.report(claimed, delivered, outcome, more);
  return pg_temp.wait_seconds();
end
$$;
update public.sync_alert_webhooks set failing_since = now() + interval '100 days';
select ok(w between 15 and 30, 'each further failure waits twice as long') from pg_temp.attempt(0, 'failed') w;
select ok(w between 30 and 60, 'and again') from pg_temp.attempt(0, 'failed') w;
select pg_temp.attempt(0, 'failed') from generate_series(1, 8);
select ok(w between 300 and 600, 'but ten minutes at most') from pg_temp.attempt(0, 'failed') w;
select ok(w between 1199 and 1200, 'unless the receiver asks for more') from pg_temp.attempt(0, 'failed', '{"retry_after_seconds": 1200}') w;
select is((select m.attempts from sync_scheduler.alert_messages m where m.delivered_at is null order by m.number limit 1), 13, 'each attempt is counted');
select is(pg_temp.attempt(3), null, 'when the receiver is back it takes them all');
select is(pg_temp.waiting(), null, 'and nothing waits');
select results_eq($$ select failing_since, stopped_at from public.sync_alert_webhooks $$, $$ values (null::timestamptz, null::timestamptz) $$, 'nor fails');

-- The function dies between the claim and the report.
select pg_temp.alert('start_failed');
select sync_scheduler.post_alert_messages();
truncate claimed;
insert into claimed select pg_temp.claim();
select pg_temp.pass('3 minutes');
select is(sync_scheduler.post_alert_messages(), 1, 'a request without a report is repeated');
select is(pg_temp.claim() -> 'messages' -> 0 ->> 'message_id', c -> 'messages' -> 0 ->> 'message_id', 'under the id that the message had') from claimed;
select throws_ok($$ select public.sync_worker_finish_alerts(sync_test.id('org a'), 'the token before', '[]') $$, 'PT401', 'invalid_token', 'who comes later changes nothing');
select pg_temp.report(c, 1) from claimed;
select pg_temp.alert('unhealthy');
select sync_scheduler.post_alert_messages();
select pg_temp.report(pg_temp.claim(), 0);
select is((select last_status::integer from public.sync_alert_webhooks), 200, 'a report of nothing leaves what the receiver last said');
select pg_temp.pass('1 minute');
select pg_temp.alert('missed_slot');
select sync_scheduler.post_alert_messages(), pg_temp.pass('31 seconds');
select throws_ok('select pg_temp.claim()', 'PT409', 'attempt_not_current', 'a claim comes within half a minute, or another may be at work');

select sync_scheduler.purge();
select isnt(count(*)::integer, 0, 'messages are kept') from sync_scheduler.alert_messages;
update sync_scheduler.alert_messages set created_at = now() - interval '8 days';
select sync_scheduler.purge();
select is(count(*)::integer, 0, 'for a while') from sync_scheduler.alert_messages;

select * from finish();
rollback;
