-- The wait follows the integration, not the RPC that changed it.
begin;
\ir ../fixtures.psql
\ir ../pause.psql
select plan(24);

create function pg_temp.tries(what text, stop text, go_on text, actor text default 'service_role') returns setof text
language plpgsql as $$
declare
  stopped text;
  gone_on text;
begin
  begin
    perform pg_temp.begin_run('dispatched');
    perform sync_test.act_as(actor);
    execute stop;
    perform sync_test.act_as('owner');
    perform sync_scheduler.tick();
    stopped := format('%s %s %s', (pg_temp.run()).status, (pg_temp.run()).notice, pg_temp.posted());
    perform sync_test.act_as(actor);
    execute go_on;
    perform sync_test.act_as('owner');
    -- The first may clear a pause that is over, the second starts the run.
    perform sync_scheduler.tick();
    perform sync_scheduler.tick();
    gone_on := format('%s %s %s %s', (pg_temp.run()).status, (pg_temp.run()).notice, (pg_temp.run()).attempt, pg_temp.posted());
    raise exception using errcode = 'ROLLB';
  exception when sqlstate 'ROLLB' then
    return next is(stopped, 'pending integration_paused 1', what || ' stops the run');
    return next is(gone_on, 'pending  2 2', what || ': it goes on');
  end;
end
$$;

select pg_temp.tries('the backend that pauses it',
  $$ select public.pause_integration_sync(sync_test.id('org a'), 'webhook') $$,
  $$ select public.resume_integration_sync(sync_test.id('org a'), 'webhook') $$);
select pg_temp.tries('the owner of the database that sets paused_at',
  $$ update public.sync_integrations set paused_at = now() where id = sync_test.id('integration a') $$,
  $$ update public.sync_integrations set paused_at = null where id = sync_test.id('integration a') $$, 'owner');
select pg_temp.tries('the owner of the database that sets enabled',
  $$ update public.sync_integrations set enabled = false $$, $$ update public.sync_integrations set enabled = true $$, 'owner');
select pg_temp.tries('the owner of the database that sets a pause with an end',
  $$ update public.sync_integrations set paused_at = now(), resume_at = now() + interval '1 hour' $$,
  $$ update public.sync_integrations set resume_at = now() $$, 'owner');
select pg_temp.tries('an admin who switches it off',
  $$ select public.configure_integration_sync(sync_test.id('org a'), 'webhook', '{"enabled": false}') $$,
  $$ select public.configure_integration_sync(sync_test.id('org a'), 'webhook', '{"enabled": true}') $$, 'admin');
select pg_temp.tries('an admin who pauses twice',
  $$ select public.pause_integration_sync(sync_test.id('org a'), 'webhook', 'one'),
       public.pause_integration_sync(sync_test.id('org a'), 'webhook', 'two', now() + interval '1 hour') $$,
  $$ select public.resume_integration_sync(sync_test.id('org a'), 'webhook') $$, 'admin');

-- Two reasons to wait: it goes on when both are gone.
select pg_temp.begin_run('dispatched');
update public.sync_integrations set enabled = false;
select pg_temp.pause();
update public.sync_integrations set enabled = true;
select is((pg_temp.run()).notice, 'integration_paused', 'a paused integration that is switched on waits on');
select pg_temp.resume();
select is((pg_temp.run()).notice, null, 'until it is resumed');
select pg_temp.pause();
update public.sync_integrations set enabled = false;
select pg_temp.resume();
select is((pg_temp.run()).notice, 'integration_paused', 'one that is resumed and switched off waits on');
update public.sync_integrations set enabled = true;
select is((pg_temp.run()).notice, null, 'until it is switched on');

-- The rest is of other columns and other integrations.
select pg_temp.pause();
create temporary table before as select version from pg_temp.run();
update public.sync_integrations set pause_reason = 'Other words', max_attempts = 3 where id = sync_test.id('integration a');
select is((pg_temp.run()).version, (select version from before), 'a change of other columns does not touch the run');
update public.sync_integrations set resume_at = now() + interval '1 day' where id = sync_test.id('integration a');
select is((pg_temp.run()).version, (select version from before), 'nor does another end of the pause');
update public.sync_integrations set enabled = false where id = sync_test.id('integration b');
select is((pg_temp.run()).version, (select version from before), 'nor another integration');
update public.sync_integrations set enabled = true where id = sync_test.id('integration b');
select is((pg_temp.run()).notice, 'integration_paused', 'which is switched on again');

-- Every integration at once.
select pg_temp.resume();
select sync_test.act_as('service_role');
select public.trigger_integration_sync(sync_test.id('org b'), 'webhook');
select sync_test.act_as('owner');
update public.sync_integrations set enabled = false;
select is(count(*)::integer, 2, 'all of them are stopped by one statement')
from public.sync_run_log where notice = 'integration_paused';
update public.sync_integrations set enabled = true;
select is(count(*)::integer, 0, 'and go on by one') from public.sync_run_log where notice = 'integration_paused';
select is_empty('select from sync_scheduler.paused_runs', 'no pause is left');

-- Nothing to wait.
delete from public.sync_run_log;
select lives_ok($$ select pg_temp.pause() $$, 'an integration without a run is paused');

select * from finish();
rollback;
