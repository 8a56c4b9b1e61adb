begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
select plan(21);

select pg_temp.checked('reached');
select is(pg_temp.health(), 'healthy', 'an answer is well, as long as nothing else is known');
select pg_temp.checked('failed', 'transient', 'away', latency => null);
select is(pg_temp.health(), 'unhealthy away In words.', 'no answer is unhealthy');
select ok((select latency_ms is null and checked_at > check_requested_at from public.sync_integration_health
  where integration_id = sync_test.id('integration a')), 'which is an answer too');
select pg_temp.checked('failed', 'rate_limited', 'busy');
select is(pg_temp.health(), 'degraded busy In words.', 'asked to slow down is degraded');
select is(pg_temp.alerts(), '0 alerts, 0 open', 'neither raises an alert');

select pg_temp.checked('failed', 'permanent', 'token_refused');
select is(pg_temp.health(), 'needs_attention token_refused In words.', 'refused needs attention');
select results_eq($$ select a.severity::text, a.run_id, a.message from public.sync_alerts a $$,
  $$ values ('critical', null::uuid, 'The integration needs attention. In words.') $$, 'and raises an alert');
select pg_temp.checked('failed', 'permanent', 'token_refused');
select is(pg_temp.alerts(), '1 alerts, 1 open', 'one');
select pg_temp.checked('reached');
select is(pg_temp.health(), 'needs_attention token_refused In words.',
  'an answer does not fix what was refused');
select pg_temp.checked('failed', 'transient', 'away');
select is(pg_temp.health(), 'needs_attention away In words.', 'nor does a missing answer, which is reported');
select pg_temp.checked('answered');
select is(pg_temp.health(), 'healthy', 'an accepted check does');
select is(pg_temp.alerts(), '1 alerts, 0 open', 'and resolves the alert');

select pg_temp.checked('failed', 'permanent', 'invalid_credentials');
select is(pg_temp.alerts(), '2 alerts, 1 open', 'another time it begins');
select pg_temp.checked('reached');
select is(pg_temp.health() || ', ' || pg_temp.alerts(), 'healthy, 2 alerts, 0 open',
  'what the function found wrong with the credentials is fixed once it asks the vendor');

update public.sync_integration_health set passive_since = null where integration_id = sync_test.id('integration a');
-- The check gets no answer.
select pg_temp.age_check();
select pg_temp.check_as('coordinator');
select is(sync_scheduler.end_unanswered_checks(), 0, 'a check has its time');
select pg_temp.age_check();
create temporary table late as select pg_temp.check_token() as token;
select throws_ok($$ select pg_temp.claim(token) from late $$, 'PT409',
  'attempt_not_current', 'after which no worker may begin it');
select sync_scheduler.tick();
select is((select t.errors from sync_scheduler.ticks t where t.ticked_at = now() order by t.tick_id desc limit 1), null, 'the tick ends it');
select is(pg_temp.health(),
  'healthy check_unanswered The connection check was not answered: the sync function did not report back. Try again.',
  'it is reported, and what was known of the external system stays');
select ok((select checked_at > check_requested_at from public.sync_integration_health
  where integration_id = sync_test.id('integration a')), 'as an answer');
select is(sync_scheduler.end_unanswered_checks(), 0, 'once');
select pg_temp.checked('answered');
select is(pg_temp.health(), 'healthy', 'another one can be tried, and clears it');

select * from finish();
rollback;
