begin;
\ir ../fixtures.psql
\ir ../schedule.psql
\ir ../alert_webhook.psql
select plan(33);

-- A tick's steps, each with a state in which it has something to do. It must be seen, and the step must really act upon it.
create function pg_temp.tries(step text, prepare text, acts text) returns setof text language plpgsql as $$
declare
  before boolean := sync_scheduler.has_work();
  seen boolean;
  acted boolean;
begin
  begin
    execute prepare;
    seen := sync_scheduler.has_work();
    execute acts into acted;
    raise exception using errcode = 'ROLLB';
  exception when sqlstate 'ROLLB' then null;
  end;
  return next ok(seen and not before, 'the tick sees what ' || step || ' is for');
  return next ok(acted, step || ' acts upon it');
end
$$;

-- Nothing is due, and the scheduler is alive: a press says nothing of it.
update public.sync_integrations set next_run_at = now() + interval '2 minutes', next_tick_at = now() + interval '2 minutes';
update public.sync_integration_health set next_check_at = now() + interval '1 minute';
insert into sync_scheduler.ticks default values;
delete from sync_scheduler.alert_senders;
delete from sync_scheduler.alert_messages;
select ok(not sync_scheduler.has_work(), 'nothing is due: nothing to do');
insert into sync_scheduler.connection_checks (integration_id, token_hash, requested_at, ended_at)
values (sync_test.id('integration a'), '', now(), now());
select ok(not sync_scheduler.has_work(), 'nor is a connection check that has ended');
update sync_scheduler.connection_checks set ended_at = null;
select ok(sync_scheduler.has_work(now()), 'an open check is, from the instant when it was asked for');
select ok(not sync_scheduler.has_work(now() + interval '1 microsecond'), 'and not for a tick that looks from later on');
delete from sync_scheduler.connection_checks;
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration a'), now() - interval '1 hour', 'backfill');
select ok(sync_scheduler.has_work(now()), 'a queued slot is, from the instant when it was requested');
select ok(not sync_scheduler.has_work(now() + interval '1 microsecond'), 'and no longer for a tick that looks from later on');
delete from sync_scheduler.queued_slots;
insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, scheduled_for, started_at, next_attempt_at, deadline_at)
values (sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'schedule', now(), now(), now() + interval '1 minute', now() + interval '1 hour');
select ok(not sync_scheduler.has_work(), 'a run that waits for its retry is none');
delete from public.sync_run_log;

select pg_temp.tries('recover_runs, of a silent worker',
  $$ select sync_test.claim(sync_test.trigger_as('coordinator'));
     update sync_scheduler.run_attempts set lease_expires_at = now() $$,
  'select sync_scheduler.recover_runs() = 1');
select pg_temp.tries('recover_runs, of a retry whose time has come',
  $$ select sync_test.claim(sync_test.trigger_as('coordinator'));
     select public.sync_worker_finish(r.run_id, 1, sync_test.token(r.run_id), 'failed', 'transient', 'x', 'y') from public.sync_run_log r;
     update public.sync_run_log set next_attempt_at = now() $$,
  'select sync_scheduler.recover_runs() = 1');
select pg_temp.tries('start_queued_slots',
  $$ insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
     values (sync_test.id('integration a'), pg_temp.hour(), 'backfill') $$,
  'select sync_scheduler.start_queued_slots() = 1');

create function pg_temp.raises_drift() returns boolean language plpgsql as $$
begin
  perform sync_scheduler.watch_drift();
  return exists (select from public.sync_alerts where kind = 'drift');
end
$$;
select pg_temp.tries('watch_drift, of a run that no worker has taken',
  $$ select pg_temp.make_due('integration a', pg_temp.hour()); select sync_scheduler.start_due_runs();
     update public.sync_run_log set scheduled_for = now() - interval '1 hour';
     update sync_scheduler.run_attempts set lease_expires_at = now() + interval '1 minute' $$,
  'select pg_temp.raises_drift()');
select pg_temp.tries('watch_drift, of a slot that waits',
  $$ insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
     values (sync_test.id('integration a'), now() - interval '1 hour', 'schedule') $$,
  'select pg_temp.raises_drift()');
select pg_temp.tries('watch_drift, of a slot that no step has dealt with',
  $$ select pg_temp.make_due('integration a', now() - interval '1 hour') $$,
  'select pg_temp.raises_drift()');

create function pg_temp.ends_pause() returns boolean language plpgsql as $$
begin
  perform sync_scheduler.end_pauses();
  return not exists (select from public.sync_integrations where paused_at is not null);
end
$$;
select pg_temp.tries('end_pauses',
  $$ update public.sync_integrations set paused_at = now() - interval '1 hour', resume_at = now()
     where id = sync_test.id('integration a') $$,
  'select pg_temp.ends_pause()');

create function pg_temp.resolves_silence() returns boolean language plpgsql as $$
begin
  perform sync_scheduler.resolve_silence();
  return exists (select from public.sync_alerts where kind = 'scheduler_dead' and resolved_at is not null);
end
$$;
select pg_temp.tries('resolve_silence', $$ select pg_temp.alert('scheduler_dead') $$, 'select pg_temp.resolves_silence()');
select pg_temp.tries('end_unanswered_checks',
  $$ select sync_scheduler.post_checks(array[sync_test.id('integration a')]);
     update sync_scheduler.connection_checks set requested_at = now() - interval '1 hour' $$,
  'select sync_scheduler.end_unanswered_checks() = 1');
select pg_temp.tries('run_due_checks',
  $$ update public.sync_integration_health set next_check_at = now() where integration_id = sync_test.id('integration a') $$,
  'select sync_scheduler.run_due_checks() = 1');

select pg_temp.tries('post_alert_messages, of a message',
  $$ select pg_temp.connect(); select pg_temp.alert('unhealthy') $$,
  'select sync_scheduler.post_alert_messages() = 1');
select pg_temp.tries('post_alert_messages, of a receiver that is to be tried again',
  $$ select pg_temp.connect(); select pg_temp.alert('unhealthy'); select sync_scheduler.post_alert_messages();
     update sync_scheduler.alert_senders set next_attempt_at = now() $$,
  'select sync_scheduler.post_alert_messages() = 1');
select pg_temp.tries('warm_up',
  $$ delete from sync_scheduler.warmups; select pg_temp.make_due('integration a', now() + interval '40 seconds') $$,
  'select sync_scheduler.warm_up()');

select * from finish();
rollback;
