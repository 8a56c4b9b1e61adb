-- The cooldown of one integration becomes ten minutes without a change of code.
begin;
\ir ../fixtures.psql
select plan(7);
insert into public.sync_integrations (org_id, integration_type) values (sync_test.id('org a'), 'xledger');
update public.sync_integrations set manual_cooldown = '5 minutes';

create function pg_temp.pressed(integration_type text, ago interval) returns void language plpgsql as $$
begin
  perform sync_test.act_as('owner');
  delete from public.sync_run_log;
  insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, triggered_by_user_id, triggered_at,
    started_at, deadline_at, finished_at)
  select i.org_id, i.id, i.integration_type, 'succeeded', 'manual', sync_test.id('admin'), now() - pressed.ago, now(), now(), now()
  from public.sync_integrations i
  where i.org_id = sync_test.id('org a') and i.integration_type = pressed.integration_type;
  perform sync_test.act_as('coordinator');
end
$$;
create function pg_temp.press(integration_type text) returns text language plpgsql as $$
declare
  details text;
begin
  return (public.trigger_integration_sync(sync_test.id('org a'), press.integration_type)).status;
exception when sqlstate 'PT429' then
  get stacked diagnostics details = pg_exception_detail;
  return format('%s: %s s', details::jsonb ->> 'limit', details::jsonb ->> 'retry_after_seconds');
end
$$;

select sync_test.act_as('admin');
select is(
  (select manual_cooldown from public.configure_integration_sync(sync_test.id('org a'), 'webhook', '{"manual_cooldown": "10 minutes"}',
    'Their bookkeeper asked for it')),
  '10 minutes', 'an admin sets ten minutes');

select pg_temp.pressed('webhook', '5 minutes');
select is(pg_temp.press('webhook'), 'cooldown: 300 s', 'five minutes are not enough any more');
select pg_temp.pressed('webhook', '9 minutes 59 seconds');
select is(pg_temp.press('webhook'), 'cooldown: 1 s', 'nor are 9:59, counted from the press and not from the start');
select pg_temp.pressed('webhook', '10 minutes');
select is(pg_temp.press('webhook'), 'pending', 'ten minutes are');

select pg_temp.pressed('xledger', '4 minutes 59 seconds');
select is(pg_temp.press('xledger'), 'cooldown: 1 s', 'the other integration still has a cooldown');
select pg_temp.pressed('xledger', '5 minutes');
select is(pg_temp.press('xledger'), 'pending', 'of five minutes');

select sync_test.act_as('owner');
select results_eq($$ select actor_id, reason, details -> 'after' ->> 'manual_cooldown' from public.sync_audit_log $$,
  $$ values (sync_test.id('admin'), 'Their bookkeeper asked for it', '00:10:00') $$, 'the audit log has who did it, and why');

select * from finish();
rollback;
