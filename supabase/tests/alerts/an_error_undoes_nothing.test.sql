-- Alerts and connection checks hang on what runs do. Here everything that they write fails.
begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(17);
update sync_scheduler.settings set installed_at = now() - interval '1 hour';
update public.sync_integrations set manual_cooldown = '0 seconds', retry_base = '0 seconds', max_attempts = 2;
update public.sync_integration_types set host = 'vendor.example' where code = 'webhook';
update public.sync_integrations set config = '{"url": "https://vendor.example/"}';
select public.configure_alert_webhook(sync_test.id('org a'), '{"url": "https://hooks.example/x", "finished_runs": true, "format": "slack"}');

create function pg_temp.breaks() returns trigger language plpgsql as $$
begin
  raise exception '% is broken', tg_table_name;
end
$$;
create trigger breaks before insert or update on public.sync_alerts for each row execute function pg_temp.breaks();
create trigger breaks before insert or update on sync_scheduler.alert_messages for each row execute function pg_temp.breaks();
create trigger breaks before insert or update on public.sync_integration_health for each row execute function pg_temp.breaks();
create trigger breaks before insert or update on sync_scheduler.vendors for each row execute function pg_temp.breaks();
create trigger breaks before insert or update on public.sync_vendor_incidents for each row execute function pg_temp.breaks();

create temporary table run (run_id uuid);
create function pg_temp.run() returns public.sync_run_log language sql as $$ select r from public.sync_run_log r join run using (run_id) $$;
create function pg_temp.start() returns void language plpgsql as $$
begin
  delete from run;
  insert into run select sync_test.trigger_as('coordinator');
end
$$;
create function pg_temp.claim(cold boolean default false) returns void language sql as $$
  select sync_test.claim(r.run_id, r.attempt, cold) from pg_temp.run() r
$$;
create function pg_temp.finish(outcome text, class text default null, blames text default null) returns text language plpgsql as $$
declare
  run public.sync_run_log := pg_temp.run();
begin
  perform public.sync_worker_finish(run.run_id, run.attempt, sync_test.token(run.run_id), outcome, class,
    case when class is not null then 'code' end, case when class is not null then 'In words.' end, blames => blames);
  return (pg_temp.run()).status;
end
$$;
create function pg_temp.settle(state text) returns void language plpgsql as $$
declare
  run public.sync_run_log := pg_temp.run();
  batch jsonb := public.sync_worker_reserve_entries(run.run_id, run.attempt, sync_test.token(run.run_id), 2);
begin
  perform public.sync_worker_record_results(run.run_id, run.attempt, sync_test.token(run.run_id), (batch ->> 'batch_id')::uuid,
    sync_test.results(batch, state));
end
$$;
create function pg_temp.stand_still() returns text language plpgsql as $$
begin
  update sync_scheduler.run_attempts set lease_expires_at = now() where ended_at is null;
  perform sync_scheduler.recover_run((pg_temp.run()).run_id);
  return (pg_temp.run()).status;
end
$$;

select pg_temp.start();
select is((pg_temp.run()).notice, 'scheduler_not_ticking', 'a press starts a run while the scheduler is silent');
select pg_temp.claim(cold => true);
select is((pg_temp.run()).status::text, 'running', 'a worker claims it');
select is(pg_temp.finish('failed', 'transient', 'vendor'), 'pending', 'an attempt that fails is retried');
select is((select a.retried_at_once from sync_scheduler.run_attempts a where a.run_id = (pg_temp.run()).run_id and a.attempt = 1), true,
  'at once after a cold start');
select pg_temp.claim();
select pg_temp.settle('exported');
select pg_temp.settle('rejected');
select results_eq($$ select e.state::text, count(*)::integer from public.sync_export_entries e
  where e.integration_id = sync_test.id('integration a') and e.state <> 'pending' group by 1 order by 1 $$,
  $$ values ('exported', 2), ('rejected', 2) $$, 'what it sends is recorded');
select is(pg_temp.finish('succeeded'), 'succeeded', 'it succeeds');
select pg_temp.start();
select pg_temp.claim();
select is(pg_temp.finish('failed', 'permanent'), 'failed', 'a refused run fails');
select pg_temp.start();
select pg_temp.claim();
select is(pg_temp.finish('failed', 'rate_limited'), 'pending', 'a run that the vendor slows down waits');
select public.cancel_integration_sync((pg_temp.run()).run_id);
select is((pg_temp.run()).status::text, 'cancelled', 'and is cancelled');
select pg_temp.start();
select pg_temp.claim();
select is(pg_temp.stand_still(), 'pending', 'a run whose worker is lost goes on');
select is(pg_temp.stand_still(), 'pending', 'a dispatch is repeated');
select is(pg_temp.stand_still(), 'pending', 'and once more');
update public.sync_run_log set deadline_at = now() where run_id = (pg_temp.run()).run_id;
select is(pg_temp.stand_still(), 'failed', 'a run past its deadline fails');
select is(public.add_sync_entries(sync_test.id('org a'), 'webhook', '[{"entry_key": "bad"}]') #>> '{refused,0,entry_key}', 'bad',
  'a delivery is refused in part');

select pg_temp.make_due('integration a', pg_temp.hour(30));
select sync_scheduler.tick();
select ok(count(*) > 10, 'missed slots are recorded') from public.sync_run_log where skip_reason = 'missed';
select is((select count(*) from public.sync_alerts), 0::bigint, 'nothing was written meanwhile');
drop trigger breaks on public.sync_alerts;
drop trigger breaks on sync_scheduler.alert_messages;
drop trigger breaks on public.sync_integration_health;
drop trigger breaks on sync_scheduler.vendors;
select public.cancel_integration_sync(r.run_id) from public.sync_run_log r where r.finished_at is null;
select pg_temp.start();
select pg_temp.claim();
select pg_temp.finish('failed', 'permanent');
select results_eq($$ select a.kind::text from public.sync_alerts a where a.run_id = (pg_temp.run()).run_id
  union all select h.status::text from public.sync_integration_health h where h.integration_id = sync_test.id('integration a') $$,
  $$ values ('run_failed'), ('needs_attention') $$, 'and later failures are reported');

select * from finish();
rollback;
