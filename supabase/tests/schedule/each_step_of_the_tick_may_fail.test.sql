-- Every step of the tick is replaced: it notes that it ran, and one of them fails.
begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(25);

create temporary table steps (number integer generated always as identity, step text, result text);
insert into steps (step, result) values
  ('start_due_runs', null), ('has_work', 'true'), ('recover_runs', '0'), ('start_queued_slots', '0'), ('end_pauses', '0'), ('warm_up', '0'),
  ('end_unanswered_checks', '0'), ('run_due_checks', '0'), ('watch_drift', '0'), ('resolve_silence', '0'), ('post_alert_messages', '0');
create temporary table ran (number integer generated always as identity, step text);

do $$
declare
  original record;
begin
  for original in
    select s.step, s.result, p.oid::regprocedure as signature, pg_get_function_arguments(p.oid) as arguments, format_type(p.prorettype, null) as type
    from steps s join pg_proc p on p.proname = s.step and p.pronamespace = 'sync_scheduler'::regnamespace
  loop
    execute format('alter function %s rename to %I', original.signature, original.step || '_away');
    execute format($f$
      create function sync_scheduler.%1$I(%2$s) returns %3$s language plpgsql as $b$
      begin
        insert into pg_temp.ran (step) values (%1$L);
        if current_setting('sync_test.broken') = %1$L then
          raise exception '%% is broken', %1$L;
        end if;
        %4$s
      end $b$ $f$,
      original.step, original.arguments, original.type,
      case when original.result is null then 'started := 0; skipped := 0;' when original.type <> 'void' then format('return %L;', original.result) else '' end);
  end loop;
end
$$;
-- A slot is due, or start_due_runs would not be called.
select pg_temp.make_due('integration a', pg_temp.hour());
create function pg_temp.tick(broken text) returns text language plpgsql as $$
begin
  delete from ran;
  perform set_config('sync_test.broken', broken, true);
  perform sync_scheduler.tick();
  return (select coalesce(string_agg(r.step, ' ' order by r.number), 'none') from ran r);
end
$$;
create function pg_temp.errors_of(broken text) returns jsonb language plpgsql as $$
begin
  perform pg_temp.tick(broken);
  return pg_temp.errors();
end
$$;
create function pg_temp.errors() returns jsonb language sql as $$
  select errors from sync_scheduler.ticks order by tick_id desc limit 1
$$;

select is(pg_temp.tick('none'), (select string_agg(step, ' ' order by number) from steps), 'a tick does its steps in order');
select is(pg_temp.errors(), null, 'and reports no error');
select is(pg_temp.tick(s.step), (select string_agg(o.step, ' ' order by o.number) from steps o where o.step <> s.step),
  'the other steps go on when ' || s.step || ' fails')
from steps s order by s.number;
select is(pg_temp.errors_of(s.step), jsonb_build_object(s.step, s.step || ' is broken'), 'the tick names the step when ' || s.step || ' fails')
from steps s order by s.number;

create or replace function sync_scheduler.has_work(since timestamptz default '-infinity') returns boolean language plpgsql as $$ begin return false; end $$;
select is(pg_temp.tick('none'), 'start_due_runs', 'without work the other steps do not run');

select * from finish();
rollback;
