-- No tick runs, so no tick posts: but the press that finds it out does.
begin;
\ir ../fixtures.psql
\ir ../alert_webhook.psql
select plan(7);
update sync_scheduler.settings set installed_at = now() - interval '1 day';
delete from sync_scheduler.ticks;
update public.sync_integrations set manual_cooldown = '0 seconds';
select pg_temp.connect();
select is(pg_temp.token(), null, 'nothing has been posted');

select sync_test.trigger_as('coordinator', 'first');
select isnt(pg_temp.token(), null, 'the press posts that there are messages');
select is((select string_agg((m ->> 'body')::jsonb #>> '{data,kind}', ',') from jsonb_array_elements(pg_temp.claim() -> 'messages') m), 'scheduler_dead',
  'one of them says so');
select sync_scheduler.finish_run(r, 'cancelled') from public.sync_run_log r where r.finished_at is null;
create temporary table seen as select pg_temp.token() as token;
select sync_test.trigger_as('coordinator', 'second');
select is(pg_temp.token(), token, 'the next press has nothing new to say') from seen;
select is((select a.count from public.sync_alerts a where a.kind = 'scheduler_dead'), 2, 'and counts');

select sync_scheduler.finish_run(r, 'cancelled') from public.sync_run_log r where r.finished_at is null;
select sync_test.trigger_as('coordinator');
-- Its run is still there when the ticks come back, and stop again.
insert into sync_scheduler.ticks (ticked_at) values (now() - interval '1 hour');
update sync_scheduler.run_attempts set lease_expires_at = now() where ended_at is null;
select sync_test.trigger_as('coordinator');
select is((select count(*)::integer from public.sync_alerts a where a.kind = 'scheduler_dead'), 2,
  'a press that revives the run in another silence raises an alert of that silence');
insert into sync_scheduler.ticks default values;
update sync_scheduler.run_attempts set lease_expires_at = now() where ended_at is null;
select sync_test.trigger_as('coordinator', 'third');
select is((select count(*)::integer from public.sync_alerts a where a.kind = 'scheduler_dead'), 2,
  'one that revives it while the scheduler ticks raises none');

select * from finish();
rollback;
