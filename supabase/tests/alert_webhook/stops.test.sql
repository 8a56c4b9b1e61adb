begin;
\ir ../fixtures.psql
\ir ../alert_webhook.psql
select plan(20);
create function pg_temp.fail(outcome text, after interval) returns text language plpgsql as $$
begin
  perform pg_temp.pass(after), sync_scheduler.post_alert_messages();
  perform pg_temp.report(pg_temp.claim(), 0, outcome);
  return (select w.stop_reason from public.sync_alert_webhooks w);
end
$$;
create function pg_temp.stopped_alert() returns text language sql as $$
  select concat_ws(' ', a.severity, a.resolved_at is null, a.message) from public.sync_alerts a where a.kind = 'webhook_stopped' order by a.resolved_at nulls first limit 1
$$;
select pg_temp.connect();

select is(pg_temp.fail('gone', '0'), 'gone', 'a receiver that is gone is no longer asked');
select is(pg_temp.stopped_alert(),
  'warning t Alerts are no longer posted to hooks.example: the receiver says that it is gone. Configure the alert webhook again.', 'which an alert says');
select sync_test.act_as('viewer');
select is(count(*)::integer, 1, 'to the members') from public.sync_alerts;
select sync_test.act_as('outsider');
select is(count(*)::integer, 0, 'and to no one else') from public.sync_alerts;
select sync_test.act_as('owner');
select pg_temp.alert('drift');
select is(pg_temp.waiting(), 'webhook.configured', 'nothing is queued any more');
insert into sync_scheduler.alert_messages (org_id, body) values (sync_test.id('org a'), '{}');
select is(sync_scheduler.post_alert_messages(), 0, 'or posted, also what was queued meanwhile');
delete from sync_scheduler.alert_messages where body = '{}';

select pg_temp.configure('{}');
select is(pg_temp.stopped_alert(), split_part(pg_temp.stopped_alert(), ' ', 1) || ' f ' || substr(pg_temp.stopped_alert(), 11), 'configuring it again resolves that');
select is(pg_temp.waiting(), 'webhook.configured, webhook.configured', 'and what still waits goes first');
select is(sync_scheduler.post_alert_messages(), 1, 'it begins again');

select is(pg_temp.fail('refused', '3 minutes'), null, 'a refusal may be a mistake');
select is(pg_temp.fail('refused', '50 minutes'), null, 'that is soon corrected');
select is(pg_temp.fail('refused', '50 minutes'), 'refused', 'after an hour it is not');
select pg_temp.configure('{}');
select pg_temp.fail('failed', '3 minutes');
create temporary table backoff as select pg_temp.wait_seconds() as seconds;
select pg_temp.configure('{}');
select ok(seconds > 0 and pg_temp.wait_seconds() = 0, 'the admin who corrects it need not wait for the next attempt') from backoff;
select is(pg_temp.fail('failed', '3 minutes'), null, 'a receiver that is away');
select is(pg_temp.fail('failed', '71 hours'), null, 'has three days to come back');
select is(pg_temp.fail('failed', '2 hours'), 'unreachable', 'and nothing else');

-- Another organisation has a webhook, too.
select pg_temp.configure('{}');
select public.configure_alert_webhook(sync_test.id('org b'), jsonb_build_object('url', 'https://hooks.example/T1/B1', 'secret', pg_temp.secret()));
select is(sync_scheduler.post_alert_messages(), 2, 'each organisation has its own request');
select pg_temp.report(pg_temp.claim(), 0, 'gone');
insert into sync_scheduler.alert_messages (org_id, body) values (sync_test.id('org a'), '{}');
select is(sync_scheduler.post_alert_messages(), 0, 'a receiver that is gone is not asked because another one is there');
select is((select next_attempt_at from sync_scheduler.alert_senders where org_id = sync_test.id('org b')), now() + interval '2 minutes',
  'and the other one is asked again when its answer does not come');
select public.sync_worker_finish_alerts(sync_test.id('org b'), pg_temp.token('org b'), (
  select jsonb_agg(jsonb_build_object('message_id', m -> 'message_id', 'outcome', 'delivered', 'status', 200))
  from jsonb_array_elements(pg_temp.claim('org b') -> 'messages') m));
select is(sync_scheduler.post_alert_messages(), 0, 'but not when it has taken everything');

select * from finish();
rollback;
