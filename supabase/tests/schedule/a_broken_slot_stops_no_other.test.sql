begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(15);

create function pg_temp.break_b() returns trigger language plpgsql as $$
begin
  if new.integration_id = sync_test.id('integration b') then
    raise exception 'no room for this one';
  end if;
  return new;
end
$$;
create trigger break_b before insert on public.sync_run_log for each row execute function pg_temp.break_b();

select pg_temp.make_due('integration b', pg_temp.hour());
select pg_temp.make_due('integration a', pg_temp.hour(1));
select sync_scheduler.tick();
select isnt(pg_temp.active_run('integration a'), null, 'the other one starts');
select is((select array[started, skipped] from sync_scheduler.ticks where ticked_at = now() order by tick_id desc limit 1), '{1,1}',
  'the tick counts its run and the slot that came too late');
select is((select next_run_at from public.sync_integrations where id = sync_test.id('integration b')), pg_temp.hour(),
  'the broken one keeps its slot');
select ok((select next_tick_at > now() from public.sync_integrations where id = sync_test.id('integration b')),
  'and goes to the back of the queue');
select results_eq($$ select integration_id, details ->> 'error' from public.sync_alerts where kind = 'start_failed' $$,
  $$ values (sync_test.id('integration b'), 'no room for this one') $$, 'an alert says why');
update public.sync_integrations set next_tick_at = next_run_at;
select sync_scheduler.tick();
select is(count(*)::integer, 1, 'once') from public.sync_alerts where kind = 'start_failed';

-- The next tick has the time for one that fails, and the other is not kept waiting by it.
alter function sync_scheduler.is_out_of_time() rename to is_out_of_time_away;
create function sync_scheduler.is_out_of_time() returns boolean language sql as 'select true';
delete from public.sync_run_log;
select pg_temp.make_due('integration b', pg_temp.hour());
select pg_temp.make_due('integration a', pg_temp.hour());
select sync_scheduler.tick();
select is((select count(*)::integer from public.sync_integrations where next_tick_at <= now()), 1,
  'out of time, a tick leaves the others of a batch that failed to the next one');
select sync_scheduler.tick();
select is((select count(*)::integer from public.sync_integrations where next_tick_at <= now()), 0, 'which gets to them');
drop function sync_scheduler.is_out_of_time();
alter function sync_scheduler.is_out_of_time_away() rename to is_out_of_time;

-- Between the failure and this, it got another schedule: its next slot is not started before its time.
select pg_temp.make_due('integration b', now() + interval '30 seconds');
select sync_scheduler.postpone_slot(sync_test.id('integration b'), 'too late');
select ok((select next_tick_at = next_run_at from public.sync_integrations where id = sync_test.id('integration b')),
  'a slot that is not due is not postponed');
select throws_ok($$ update public.sync_integrations set next_tick_at = next_run_at - interval '1 second' $$, '23514', null,
  'no tick looks before the slot');
select pg_temp.make_due('integration b', pg_temp.hour());
delete from public.sync_run_log;

drop trigger break_b on public.sync_run_log;
update public.sync_integrations set next_tick_at = next_run_at;
select sync_scheduler.tick();
select results_eq($$ select * from pg_temp.slots('integration b') $$, $$ values (0, 'pending', null) $$,
  'corrected, it runs its slot after all');

-- A step that fails is written down, and the others go on.
delete from public.sync_run_log;
select pg_temp.make_due('integration b', pg_temp.hour());
alter function sync_scheduler.start_due_runs(integer) rename to start_due_runs_away;
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration a'), pg_temp.hour(), 'backfill');
select sync_scheduler.tick();
select isnt(pg_temp.active_run('integration a'), null, 'a step that fails stops no other step');
select ok((select errors ? 'start_due_runs' from sync_scheduler.ticks where ticked_at = now() order by tick_id desc limit 1), 'the tick says which failed');

alter function sync_scheduler.start_due_runs_away(integer) rename to start_due_runs;
update sync_scheduler.settings set function_url = null;
delete from public.sync_run_log;
select pg_temp.make_due('integration a', pg_temp.hour());
select sync_scheduler.tick();
select is((select next_run_at from public.sync_integrations where id = sync_test.id('integration a')), pg_temp.hour(),
  'without the function''s address no slot is lost');
select is((select details ->> 'error' from public.sync_alerts where kind = 'start_failed' and integration_id = sync_test.id('integration a')),
  'function_url_not_configured', 'and an alert says what is missing');

select * from finish();
rollback;
