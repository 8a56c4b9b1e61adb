-- A connector that the database has never heard of. What the engine does follows from blames, not from a code.
begin;
\ir ../fixtures.psql
\ir ../connection_check.psql
\ir ../vendor_incident.psql
select plan(33);

insert into public.sync_integration_types (code, name, host, address_keys)
values ('ledgerline', 'Ledger Line', 'api.ledgerline.example', '{}');
insert into public.sync_integrations (id, org_id, integration_type, config, manual_cooldown, retry_base, max_attempts)
select sync_test.id('own ' || n), pg_temp.org(n), 'ledgerline', '{}', '0 seconds', '1 hour', 1 from generate_series(1, 4) n;

create function pg_temp.begin_run(n integer) returns uuid language plpgsql as $$
declare
  of_run uuid;
begin
  delete from public.sync_run_log where integration_id = sync_test.id('own ' || n);
  perform sync_test.act_as('service_role');
  select run_id into of_run from public.trigger_integration_sync(pg_temp.org(n), 'ledgerline');
  perform sync_test.act_as('owner');
  perform sync_test.claim(of_run);
  return of_run;
end
$$;
create function pg_temp.finish(of_run uuid, blames text, class text default 'transient', hint numeric default null) returns text
language sql as $$
  select public.sync_worker_finish(of_run, 1, sync_test.token(of_run), 'failed', class, 'ledgerline_' || coalesce(blames, 'x'),
    'In words.', hint, blames => blames) ->> 'status'
$$;
create function pg_temp.run_fails(n integer, blames text, class text default 'transient', hint numeric default null) returns text
language sql as $$
  select pg_temp.finish(pg_temp.begin_run(n), blames, class, hint)
$$;
create function pg_temp.check_fails(n integer, blames text, class text default 'transient') returns void language plpgsql as $$
begin
  perform sync_scheduler.post_checks(array[sync_test.id('own ' || n)], by_tick := true);
  perform pg_temp.claim(pg_temp.check_token('own ' || n), 'own ' || n);
  perform public.sync_worker_finish_probe(sync_test.id('own ' || n), pg_temp.check_token('own ' || n), 'failed', class,
    'ledgerline_' || coalesce(blames, 'x'), 'In words.', blames => blames);
end
$$;
-- Health, mode of the checks and open alerts; everything starts anew.
create function pg_temp.state(n integer) returns text language plpgsql as $$
declare
  state text := (select concat_ws(', ', h.status, case when h.passive_since is null then 'active' else 'passive' end,
      (select string_agg(a.kind::text, ' ' order by a.kind) from public.sync_alerts a
       where a.integration_id = h.integration_id and a.resolved_at is null))
    from public.sync_integration_health h where h.integration_id = sync_test.id('own ' || n));
begin
  delete from public.sync_alerts where integration_id = sync_test.id('own ' || n);
  update public.sync_integration_health set status = 'unknown', passive_since = null, run_failed_at = null, consecutive_failures = 0
  where integration_id = sync_test.id('own ' || n);
  return state;
end
$$;

-- vendor
select pg_temp.run_fails(1, 'vendor'), pg_temp.check_fails(2, 'vendor', 'ambiguous');
select is(pg_temp.incidents(), 'none', 'two organisations that blame the vendor are no incident');
select pg_temp.run_fails(4, blames) from unnest(array['configuration', 'entry', 'nobody']) blames;
select pg_temp.run_fails(4, 'quota', 'rate_limited'), pg_temp.run_fails(4, null, 'ambiguous');
select is(pg_temp.incidents(), 'none', 'nor is a failure that blames anything else, or does not say');
select pg_temp.run_fails(3, 'vendor');
select is(pg_temp.incidents(), 'api.ledgerline.example 3 open', 'a third organisation opens one');
select is(pg_temp.incident_alerts(), 'critical 1 open', 'with one alert');
delete from public.sync_vendor_incidents;
select pg_temp.state(n) from generate_series(1, 4) n;
select is(pg_temp.state(1) || '/' || pg_temp.run_fails(1, 'vendor') || '/' || pg_temp.state(1), 'unknown, active/failed/unhealthy, active, run_failed',
  'a run that blames the vendor leaves the integration unhealthy');

-- quota
select is(pg_temp.run_fails(1, 'quota', 'rate_limited'), 'pending', 'a run that blames the quota waits');
select is(pg_temp.state(1), 'degraded, passive', 'and its checks are passive');
select pg_temp.run_fails(1, 'quota', 'transient');
select is(pg_temp.state(1), 'degraded, passive, run_failed', 'whatever the class');
select pg_temp.check_fails(1, 'quota');
select is(pg_temp.state(1), 'degraded, passive', 'as are they after a check');
select pg_temp.run_fails(1, 'quota', 'rate_limited', 7200);
select results_eq($$ select quota_until, deadline_at - now() from public.sync_run_log where integration_id = sync_test.id('own 1') $$,
  $$ select now() + interval '2 hours', i.run_deadline + interval '2 hours' from public.sync_integrations i where i.id = sync_test.id('own 1') $$,
  'its wait is not the run''s own time');
select pg_temp.state(1);

-- configuration
select is(pg_temp.run_fails(1, 'configuration', 'permanent'), 'failed', 'a refusal that blames the configuration ends the run');
select is(pg_temp.state(1), 'needs_attention, active, run_failed', 'and the integration needs the admin');
select pg_temp.run_fails(1, 'configuration', 'transient');
select is(pg_temp.state(1), 'needs_attention, active, run_failed', 'whatever the class');
select pg_temp.check_fails(1, 'configuration', 'permanent');
select is(pg_temp.state(1), 'needs_attention, active, needs_attention', 'as after a check, which raises an alert');

-- entry
select is(pg_temp.run_fails(1, 'entry', 'permanent'), 'failed', 'a refusal that blames entries ends the run');
select is(pg_temp.state(1), 'degraded, active, run_failed', 'the connection works, so no admin is asked');
select pg_temp.check_fails(1, 'entry', 'permanent'), pg_temp.check_fails(1, 'entry', 'permanent');
select is(pg_temp.state(1), 'degraded, active', 'nor after a check');
update public.sync_integration_health set last_success_at = now() where integration_id = sync_test.id('own 1');
select is(pg_temp.run_fails(1, 'entry', 'permanent'), 'failed', 'it is not tried again after a success');
select is(pg_temp.run_fails(1, 'configuration', 'permanent'), 'pending', 'as another refusal is');
select pg_temp.state(1);

-- `nobody`
select pg_temp.run_fails(1, 'nobody', 'rate_limited', 7200);
select results_eq($$ select quota_until, deadline_at - now() from public.sync_run_log where integration_id = sync_test.id('own 1') $$,
  $$ select null::timestamptz, i.run_deadline from public.sync_integrations i where i.id = sync_test.id('own 1') $$,
  'a wait that the connector chose is the run''s own time');
select is(pg_temp.state(1), 'degraded, active', 'and uses up no quota');
select pg_temp.check_fails(1, 'nobody');
select is(pg_temp.state(1), 'unhealthy, active', 'a check that fails on our side is unhealthy');
select pg_temp.check_fails(1, 'nobody', 'rate_limited');
select is(pg_temp.state(1), 'degraded, active', 'but not if it was asked to come back later');

-- What is stored, and what a worker that does not say leaves.
create function pg_temp.stored(n integer) returns text language sql as $$
  select coalesce(a.blames::text, 'null') from sync_scheduler.run_attempts a join public.sync_run_log r using (run_id)
  where r.integration_id = sync_test.id('own ' || n)
$$;
select is(string_agg(pg_temp.run_fails(1, blames) || ' ' || pg_temp.stored(1), ', ' order by blames),
  'failed configuration, failed entry, failed nobody, failed quota, failed vendor', 'the attempt stores what its worker reports')
from unnest(array['vendor', 'quota', 'configuration', 'entry', 'nobody']) blames;
select is(string_agg(pg_temp.run_fails(1, null, class) || ' ' || pg_temp.stored(1), ', ' order by class),
  'failed null, pending configuration, pending quota, failed null', 'of a worker that does not say the class decides')
from unnest(array['ambiguous', 'permanent', 'rate_limited', 'transient']) class;
select pg_temp.state(1);

-- Rubbish, and calls that come twice.
select pg_temp.begin_run(1);
create function pg_temp.run_of(n integer) returns uuid language sql as $$
  select run_id from public.sync_run_log where integration_id = sync_test.id('own ' || n)
$$;
select throws_ok(format($$ select pg_temp.finish(pg_temp.run_of(1), %L) $$, blames), 'PT422', 'invalid_worker_request',
  format('"%s" is refused', blames)) from unnest(array['tenant', 'VENDOR', '']) blames;
select throws_ok($$ select public.sync_worker_finish(pg_temp.run_of(1), 1, sync_test.token(pg_temp.run_of(1)), 'succeeded', blames => 'vendor') $$,
  'PT422', 'invalid_worker_request', 'as is blame without a failure');
select throws_ok($$ select pg_temp.check_fails(2, 'tenant') $$, 'PT422', 'invalid_worker_request', 'also of a check');
select pg_temp.finish(pg_temp.run_of(1), 'configuration', 'permanent');
select is(pg_temp.finish(pg_temp.run_of(1), 'quota', 'rate_limited') || ' ' || pg_temp.stored(1), 'pending configuration',
  'the first of two ends counts');
select is(pg_temp.state(1), 'unknown, active', 'the second changes nothing');
select results_eq($$ select detail ->> 'blames' from public.sync_run_timeline(pg_temp.run_of(1)) where step = 'finished' $$,
  array['configuration'], 'the timeline shows it') from sync_test.act_as('service_role');

select * from finish();
rollback;
