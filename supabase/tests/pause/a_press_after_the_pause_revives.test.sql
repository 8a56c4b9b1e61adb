-- The end of a pause holds for a press before the tick has cleared it.
begin;
\ir ../fixtures.psql
\ir ../pause.psql
select plan(12);

create function pg_temp.button() returns text language plpgsql as $$
declare
  answer text;
begin
  perform sync_test.act_as('coordinator');
  select coalesce(o.button_message, 'allowed') into answer
  from public.sync_overview(sync_test.id('org a')) o;
  perform sync_test.act_as('owner');
  return answer;
end
$$;

select pg_temp.begin_run('dispatched');
create temporary table first as select run_id from pg_temp.run();
update public.sync_integrations set paused_at = now() - interval '2 hours', resume_at = now() + interval '1 hour';
select is(pg_temp.button(), 'integration_paused', 'in the pause the button says so');
select throws_ok($$ select sync_test.trigger_as('coordinator') $$, 'PT409', 'integration_paused', 'a press is refused');
select sync_test.act_as('owner');
-- Time passes, and no tick has come.
alter table public.sync_integrations disable trigger follow_pause;
update public.sync_integrations set resume_at = now();
alter table public.sync_integrations enable trigger follow_pause;
select is(pg_temp.button(), 'allowed', 'after it the button allows a press');
select is(sync_test.trigger_as('coordinator'), (select run_id from first), 'a press revives the run');
select is((pg_temp.run()).notice, null, 'it waits for nothing any longer');
select is((pg_temp.run()).attempt, 2, 'its next attempt is posted');
select sync_scheduler.tick();
select is((select paused_at from public.sync_integrations where id = sync_test.id('integration a')), null, 'the tick clears the pause');
select is((pg_temp.run()).attempt, 2, 'and leaves the run alone');

-- A vendor's wait outlasts the pause.
delete from public.sync_run_log;
select pg_temp.begin_run('waiting');
update public.sync_integrations set paused_at = now() - interval '2 hours', resume_at = now() + interval '1 hour';
alter table public.sync_integrations disable trigger follow_pause;
update public.sync_integrations set resume_at = now();
alter table public.sync_integrations enable trigger follow_pause;
select is(pg_temp.button(), 'sync_already_in_progress', 'a run that has to wait for its vendor is in the way');
select throws_ok($$ select sync_test.trigger_as('coordinator') $$, 'PT409', 'sync_already_in_progress', 'of a press too');
select sync_test.act_as('owner');
select sync_scheduler.tick();
select is((pg_temp.run()).next_attempt_at, now() + interval '40 seconds', 'it goes on when the vendor said');
select is((pg_temp.run()).attempt, 1, 'not before');

select * from finish();
rollback;
