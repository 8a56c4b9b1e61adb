begin;
\ir ../fixtures.psql
select plan(3);

-- From here on the function raises an error.
create function pg_temp.break(name text) returns void language plpgsql as $$
declare
  definition text := pg_get_functiondef(('sync_scheduler.' || name)::regproc);
begin
  execute regexp_replace(definition, '\$function\$.*\$function\$',
    '$function$begin raise exception ''broken''; end$function$');
end
$$;
create function pg_temp.errors_of_a_tick() returns jsonb language plpgsql as $$
begin
  perform sync_scheduler.tick();
  return (select t.errors from sync_scheduler.ticks t order by t.tick_id desc limit 1);
end
$$;

-- Something that every step would look at.
insert into sync_scheduler.waiting_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration a'), now() - interval '1 hour', 'schedule');
select is(pg_temp.errors_of_a_tick(), null, 'a tick whose steps all work records no error');

insert into sync_scheduler.waiting_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration b'), now() - interval '1 hour', 'schedule');
savepoint sound;
select pg_temp.break('resolve_silence');
select is(pg_temp.errors_of_a_tick(), '{"end_pauses": "broken"}', 'it records the step that fails');
rollback to sound;

create temporary table steps as select unnest(array['start_due_runs', 'has_work', 'recover_runs', 'start_waiting_slots',
  'watch_drift', 'end_pauses', 'end_unanswered_probes', 'check_health', 'post_alerts', 'prewarm']) as name;
select pg_temp.break(name) from steps;
select is(pg_temp.errors_of_a_tick(), (select jsonb_object_agg(name, 'broken') from steps),
  'it comes to each step although those before it fail, and records each');

select * from finish();
rollback;
