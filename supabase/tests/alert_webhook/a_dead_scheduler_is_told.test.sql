-- No tick runs, so no tick posts: but the press that finds it out does.
begin;
\ir ../fixtures.psql
\ir ../alert_webhook.psql
select plan(5);
update sync_scheduler.settings set installed_at = now() - interval '1 day';
delete from sync_scheduler.ticks;
update public.sync_integrations set manual_cooldown = '0 seconds';
select pg_temp.connect();
select is(pg_temp.token(), null, 'nothing has been posted');

select sync_test.trigger_as('coordinator', 'first');
select isnt(pg_temp.token(), null, 'the press posts that there are messages');
select is((select string_agg((m ->> 'body')::jsonb #>> '{data,kind}', ',') from jsonb_array_elements(pg_temp.claim() -> 'messages') m), 'scheduler_dead',
  'one of them says so');
select sync_scheduler.finish_run(r.run_id, 'cancelled') from public.sync_run_log r where r.finished_at is null;
create temporary table seen as select pg_temp.token() as token;
select sync_test.trigger_as('coordinator', 'second');
select is(pg_temp.token(), token, 'the next press has nothing new to say') from seen;
select is((select a.count from public.sync_alerts a where a.kind = 'scheduler_dead'), 2, 'and counts');

select * from finish();
rollback;
