-- Every transition into, within and out of passive mode, one line each.
begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
update public.sync_integrations set manual_cooldown = '0 seconds', retry_base = '1 hour', max_attempts = 1;

create function pg_temp.run(outcome text, class text default null, triggered_by public.sync_run_trigger default 'schedule',
  blames text default null) returns void language plpgsql as $$
declare
  of_run uuid;
  batch jsonb;
begin
  delete from public.sync_run_log where finished_at is null;
  insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, scheduled_for, triggered_by_user_id, deadline_at)
  values (sync_test.id('org a'), sync_test.id('integration a'), 'webhook', triggered_by, case triggered_by when 'schedule' then clock_timestamp() end,
    sync_test.id('coordinator'), now() + interval '1 day') returning run_id into of_run;
  perform sync_scheduler.post_attempt(r) from public.sync_run_log r where r.run_id = of_run;
  perform sync_test.claim(of_run);
  if outcome = 'succeeded' then
    batch := public.sync_worker_reserve_entries(of_run, 1, sync_test.token(of_run), 1);
    perform public.sync_worker_record_results(of_run, 1, sync_test.token(of_run), (batch ->> 'batch_id')::uuid, sync_test.results(batch, 'rejected'));
  end if;
  perform public.sync_worker_finish(of_run, 1, sync_test.token(of_run), outcome, class,
    case when class is not null then class end, case when class is not null then 'In words.' end, blames => blames);
end
$$;

create function pg_temp.asked() returns boolean language sql as $$
  select exists (select from sync_scheduler.connection_checks where ended_at is null and integration_id = sync_test.id('integration a'))
$$;

create function pg_temp.happens(event text) returns void language plpgsql as $$
declare
  word text[] := string_to_array(event, ' ');
begin
  case word[1]
  when 'check' then
    perform pg_temp.checked(word[2], nullif(word[3], ''), word[3]);
  when 'run' then
    perform pg_temp.run(word[2], word[3], blames := word[4]);
  when 'press' then
    perform pg_temp.run(word[2], word[3], 'manual');
  when 'ask' then
    perform pg_temp.age_check();
    begin
      perform pg_temp.check_as(word[2]);
      raise exception 'it was checked';
    exception when sqlstate 'PT429' then
      perform sync_test.act_as('owner');
    end;
  when 'cool-down' then
    update public.sync_integration_health set next_check_at = now(), passive_since = passive_since - interval '1 day'
    where integration_id = sync_test.id('integration a');
    perform sync_scheduler.run_due_checks();
    if pg_temp.asked() then
      perform pg_temp.claim(pg_temp.check_token());
      perform public.sync_worker_finish_probe(sync_test.id('integration a'), pg_temp.check_token(), word[2], word[3], word[3],
        case when word[3] is not null then 'In words.' end);
    end if;
  when 'a_tick' then
    perform sync_scheduler.run_due_checks();
  when 'resume' then
    perform sync_test.act_as(word[2]);
    begin
      perform public.resume_integration_checks(sync_test.id('org a'), 'webhook', 'Quota raised');
    exception when sqlstate 'PT403' then
      null;
    end;
    perform sync_test.act_as('owner');
  when 'pause' then
    update public.sync_integrations set paused_at = now() where id = sync_test.id('integration a');
  when 'unpause' then
    update public.sync_integrations set paused_at = null where id = sync_test.id('integration a');
  end case;
end
$$;

-- Status, mode, and when the next check is.
create function pg_temp.state() returns text language sql as $$
  select concat_ws(', ', h.status, case when h.passive_since is null then 'active' else 'passive' end, case
    when h.next_check_at is null then 'never'
    when h.next_check_at <= now() + interval '31 minutes' then 'soon'
    when h.next_check_at between now() + interval '23 hours' and now() + interval '25 hours' then 'in a day'
    else 'at ' || h.next_check_at end)
  from public.sync_integration_health h where h.integration_id = sync_test.id('integration a')
$$;

create temporary table script (step integer generated always as identity, event text, expected text, why text);
insert into script (event, expected, why) values
  ('check answered', 'healthy, active, soon', 'a check that is answered'),
  ('check failed rate_limited', 'degraded, passive, in a day', 'the first 429 of a check switches checks off'),
  ('a_tick', 'degraded, passive, in a day', 'the tick asks nothing then'),
  ('run succeeded', 'healthy, passive, in a day', 'a run that gets through makes it healthy, and it stays passive'),
  ('run failed transient', 'unhealthy, passive, in a day', 'a run that fails makes it unhealthy'),
  ('run failed ambiguous', 'unhealthy, passive, in a day', 'whatever it was'),
  ('press succeeded', 'healthy, passive, in a day', 'a run by hand counts as well'),
  ('run failed rate_limited', 'degraded, passive, in a day', 'a 429 of a run begins the cool-down anew'),
  ('run failed permanent', 'needs_attention, passive, in a day', 'a refusal needs attention there, too'),
  ('run failed transient', 'needs_attention, passive, in a day', 'and being away as well does not fix it'),
  ('run succeeded', 'healthy, passive, in a day', 'a run that succeeds does'),
  ('check answered', 'healthy, passive, in a day', 'a check that was under way changes nothing of it'),
  ('check failed transient', 'unhealthy, passive, in a day', 'nor one that fails'),
  ('ask coordinator', 'unhealthy, passive, in a day', 'no person has it checked'),
  ('ask admin', 'unhealthy, passive, in a day', 'nor does an admin'),
  ('pause now', 'unhealthy, passive, never', 'a pause'),
  ('unpause now', 'unhealthy, passive, in a day', 'and its end do not end it'),
  ('resume coordinator', 'unhealthy, passive, in a day', 'no coordinator ends it'),
  ('resume outsider', 'unhealthy, passive, in a day', 'nor an admin of another organisation'),
  ('resume admin', 'unhealthy, active, soon', 'an admin does'),
  ('resume admin', 'unhealthy, active, soon', 'once'),
  ('check answered', 'healthy, active, soon', 'then it is checked as before'),
  ('run succeeded rate_limited', 'healthy, passive, in a day', 'a 429 that a run waited out switches checks off, too'),
  ('resume admin', 'healthy, active, soon', 'until an admin says so'),
  ('run failed rate_limited', 'degraded, passive, in a day', 'as does one that it could not wait out'),
  ('cool-down failed rate_limited', 'degraded, passive, in a day', 'after the cool-down one check asks, and a 429 is the beginning of the next'),
  ('cool-down answered', 'healthy, active, soon', 'an answer is the end of it'),
  ('check failed rate_limited', 'degraded, passive, in a day', 'again'),
  ('cool-down failed transient', 'unhealthy, active, soon', 'any other answer, too'),
  ('run succeeded', 'healthy, active, soon', 'outside of passive mode a run counts as much'),
  ('run failed rate_limited nobody', 'degraded, active, soon', 'a wait that the connector chose uses up no quota');
select plan((select count(*)::integer + 5 from script));

do $$
declare
  step record;
begin
  create temporary table seen (step integer, state text);
  for step in select * from script order by script.step loop
    perform pg_temp.happens(step.event);
    insert into seen values (step.step, pg_temp.state());
  end loop;
end
$$;
select is(s.state, c.expected, c.event || ': ' || c.why) from script c join seen s using (step) order by c.step;

select results_eq($$ select actor_id, reason, details ? 'passive_since' from public.sync_audit_log where action = 'resume_checks' $$,
  $$ select sync_test.id('admin'), 'Quota raised', true from generate_series(1, 2) $$, 'who ended it is written down, each time');
select pg_temp.checked('failed', 'rate_limited', 'busy');
update sync_scheduler.settings set passive_cooldown = '2 hours';
select sync_scheduler.suspend_checks(sync_test.id('integration a'), '5 hours');
select ok(next_check_at between now() + interval '5 hours' and now() + interval '5 hours 16 minutes', 'a longer hint of the vendor counts')
from public.sync_integration_health where integration_id = sync_test.id('integration a');
select pg_temp.happens('resume admin'), pg_temp.checked('failed', 'rate_limited', 'busy');
select ok(next_check_at between now() + interval '2 hours' and now() + interval '2 hours 16 minutes', 'the cool-down is a setting')
from public.sync_integration_health where integration_id = sync_test.id('integration a');
update public.sync_integrations set health_check_interval = null where id = sync_test.id('integration a');
select is(pg_temp.state(), 'degraded, passive, never', 'one that is never checked stays that');
select sync_test.act_as('admin');
select throws_ok($$ select public.resume_integration_checks(sync_test.id('org b'), 'webhook') $$, 'PT403', 'not_authorized',
  'no member ends that of another organisation');

select * from finish();
rollback;
