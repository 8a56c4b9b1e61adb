-- How many runs the people of an organisation start by hand within an hour is bounded, whatever they do with them.
begin;
\ir ../fixtures.psql
select plan(18);
update sync_scheduler.settings set presses_per_hour = 3;
-- As the owner of the database could: the floor alone would do otherwise.
update public.sync_integrations set manual_cooldown = '0 seconds', retry_base = '0 seconds', max_attempts = 1;
insert into public.sync_integrations (id, org_id, integration_type) values (sync_test.id('ledger a'), sync_test.id('org a'), 'xledger');
insert into public.organization_members (org_id, user_id, role) values (sync_test.id('org b'), sync_test.id('coordinator'), 'coordinator');

-- What the press is answered: the status of its run, or the error with its limit.
create function pg_temp.press(who text, kind text default 'webhook', key text default null, org text default 'org a') returns text
language plpgsql as $$
declare
  answer text;
  detail text;
begin
  perform sync_test.act_as(who);
  begin
    select r.status into answer from public.trigger_integration_sync(sync_test.id(org), kind, key) r;
  exception when sqlstate 'PT429' or sqlstate 'PT409' then
    get stacked diagnostics detail = pg_exception_detail;
    answer := sqlerrm || coalesce(' ' || (detail::jsonb ->> 'limit'), '');
  end;
  perform sync_test.act_as('owner');
  return answer;
end
$$;
create function pg_temp.cancel(who text) returns void language plpgsql as $$
begin
  perform sync_test.act_as(who);
  perform public.cancel_integration_sync(r.run_id) from public.sync_run_log r
    where r.org_id = sync_test.id('org a') and r.finished_at is null;
  perform sync_test.act_as('owner');
end
$$;

-- Twenty presses and cancels in a row from one connection.
create temporary table attack (number integer, answer text);
grant all on attack to authenticated;
do $$
begin
  for number in 1 .. 20 loop
    insert into attack values (number, pg_temp.press(case when number % 2 = 0 then 'coordinator' else 'admin' end));
    perform pg_temp.cancel('coordinator');
  end loop;
end
$$;
select is((select count(*)::integer from attack where answer = 'pending'), 3, 'three of twenty presses and cancels are allowed');
select is((select count(*)::integer from attack where answer = 'rate_limited presses_per_hour'), 17, 'the others learn by which limit');
select is((select count(*)::integer from net.http_request_queue), 3, 'and the function is called three times');
select is(pg_temp.press('admin', 'xledger'), 'rate_limited presses_per_hour', 'another integration of the organisation is no way around it');
select is((select row(button_message, button_details ->> 'limit', cooldown_until)::text from (
    select sync_test.act_as('coordinator')) a, lateral public.sync_overview(sync_test.id('org a')) where integration_type = 'xledger'),
  row('rate_limited', 'presses_per_hour', now() + interval '1 hour')::text, 'the overview says so in advance, and until when');
select sync_test.act_as('coordinator');
select throws_ok(format('select public.retry_integration_sync(%L)', run_id), 'PT429', 'rate_limited', 'a retry is a press')
from public.sync_run_log where org_id = sync_test.id('org a') limit 1;
select sync_test.act_as('owner');
select is(pg_temp.press('coordinator', org => 'org b'), 'pending', 'another organisation has presses of its own');
select is(pg_temp.press('service_role'), 'pending', 'the backend is not bounded');
select pg_temp.cancel('service_role');

-- Time goes by for the runs that are over.
create function pg_temp.pressed(ago interval, status public.sync_run_status default 'failed', by public.sync_run_trigger default 'manual')
returns void language sql as $$
  insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, triggered_by_user_id, triggered_at,
    scheduled_for, deadline_at, finished_at)
  values (sync_test.id('org a'), sync_test.id('integration a'), 'webhook', status, by, sync_test.id('admin'), now() - ago,
    case by when 'schedule' then now() - ago when 'backfill' then now() - ago - interval '1 second' end, now(), now())
$$;
delete from public.sync_run_log;
select pg_temp.pressed('59 minutes 59.5 seconds'), pg_temp.pressed('10 minutes'), pg_temp.pressed('5 minutes', 'succeeded');
select is(pg_temp.press('coordinator'), 'rate_limited presses_per_hour', 'presses whose runs failed count');
delete from public.sync_run_log;
select pg_temp.pressed('1 hour'), pg_temp.pressed('10 minutes'), pg_temp.pressed('5 minutes');
select is(pg_temp.press('coordinator'), 'pending', 'the hour is over exactly at its end');
delete from public.sync_run_log;
select pg_temp.pressed(n * interval '1 minute', 'succeeded', by) from generate_series(1, 10) n,
  unnest('{schedule,backfill,api}'::public.sync_run_trigger[]) by;
select is(pg_temp.press('coordinator', key => 'k1'), 'pending', 'scheduled runs, backfills and the backend''s use up nothing');
select is(pg_temp.press('admin', key => 'k1'), 'pending', 'a replayed press');
select is((select count(*)::integer from public.sync_run_log where triggered_by = 'manual'), 1, 'is the same run, and counts once');

-- The function starts cold, and does not come in time.
update sync_scheduler.run_attempts a set dispatched_at = now() - interval '1 hour', lease_expires_at = now()
from public.sync_run_log r where r.run_id = a.run_id and r.finished_at is null;
select is(pg_temp.press('coordinator', key => 'k2'), 'pending', 'a press that revives a run');
select is((select count(*)::integer from public.sync_run_log where triggered_by = 'manual'), 1, 'counts once with it, too');
select pg_temp.cancel('coordinator');
select is(pg_temp.press('coordinator'), 'pending', 'so there is a second press');
select pg_temp.cancel('coordinator');
select is(pg_temp.press('coordinator'), 'pending', 'and a third');
select pg_temp.cancel('coordinator');
select is(pg_temp.press('coordinator'), 'rate_limited presses_per_hour', 'and no fourth');

select * from finish();
rollback;
