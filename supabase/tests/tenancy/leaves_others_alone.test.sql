-- Whatever is done to one integration changes no row of another one, in whatever state that is, and nothing that is over. Nor does
-- it depend on what others have.
begin;
\ir ../fixtures.psql
\ir ../api.psql
\ir ../pause.psql
\ir ../connection_check.psql
\ir ../alert_webhook.psql
\ir ../others.psql
select plan(5);

update sync_scheduler.settings set check_cooldown = '0 seconds';

-- What is over for integration a as well: an alert of each kind, and one that organisations shared.
insert into public.sync_alerts (org_id, integration_id, integration_type, kind, severity, dedup_key, message, details, resolved_at, news_at)
select o.org_id, o.id, 'webhook', k, 'info', concat(k, ':', o.id), 'x', '{"last_entry_id": 0, "added": 0, "entry_keys": [], "error_code": "x"}', now() - interval '1 day', null
from unnest(enum_range(null::public.sync_alert_kind)) k, (values (sync_test.id('org a'), sync_test.id('integration a')), (null, null)) o (org_id, id);
insert into public.sync_vendor_incidents (integration_type, host, began_at, ended_at, affected, message)
values ('webhook', 'erp.example', now() - interval '2 days', now() - interval '1 day', 3, 'x');

-- What is done to integration a. %o: its organisation, %r: its run.
create function pg_temp.record(state text, more jsonb default '{}', set_aside boolean default false) returns jsonb language sql as $$
  select public.sync_worker_record_results(r.run_id, r.attempt, sync_test.token(r.run_id), e.batch_id,
    jsonb_agg(jsonb_build_object('entry_key', e.entry_key, 'state', record.state) || more), record.set_aside)
  from pg_temp.run() r join public.sync_export_entries e on e.integration_id = r.integration_id and e.state = 'sending'
  group by r.run_id, r.attempt, e.batch_id
$$;
create function pg_temp.foreign_batch(state text) returns uuid language sql as $$
  select e.batch_id from public.sync_export_entries e where e.integration_id = sync_test.id('integration running') and e.state::text = foreign_batch.state limit 1
$$;
create function pg_temp.probe(outcome text, class text default null) returns void language plpgsql as $$
begin
  update sync_scheduler.connection_checks p set requested_at = p.requested_at - interval '31 seconds' where p.integration_id = sync_test.id('integration a');
  perform public.test_integration_connection(sync_test.id('org a'), 'webhook');
  perform public.sync_worker_claim_probes(jsonb_build_array(jsonb_build_object('integration_id', sync_test.id('integration a'), 'token', pg_temp.check_token())));
  perform public.sync_worker_finish_probe(sync_test.id('integration a'), pg_temp.check_token(), outcome, class, case when class is not null then 'x' end,
    case when class is not null then 'In words.' end, 5);
end
$$;
create function pg_temp.post(outcome text) returns void language plpgsql as $$
declare
  claimed jsonb;
begin
  update sync_scheduler.alert_senders s set token_hash = sha256('of a'), requested_at = now(), claimed_at = null, ended_at = null
  where s.org_id = sync_test.id('org a');
  claimed := public.sync_worker_claim_alerts(jsonb_build_array(jsonb_build_object('org_id', sync_test.id('org a'), 'token', 'of a'))) -> 0;
  perform public.sync_worker_finish_alerts(sync_test.id('org a'), 'of a', jsonb_build_array(
      jsonb_build_object('message_id', claimed #> '{messages,0,message_id}', 'outcome', outcome))
    -- And messages of others, which it cannot know.
    || coalesce((select jsonb_agg(jsonb_build_object('message_id', m.message_id, 'outcome', outcome)) from sync_scheduler.alert_messages m
      where m.org_id not in (sync_test.id('org a'), sync_test.id('org b'))), '[]'));
end
$$;
create temporary table step (number integer generated always as identity, statement text);
insert into step (statement) values
  ($$ select public.configure_integration_sync(%o, 'webhook', '{"schedule": "@hourly", "retry_base": "0 seconds", "health_check_interval": "1 hour"}') $$),
  ($$ select public.connect_integration(%o, 'webhook', '{"url": "https://erp.example/a"}') $$),
  ($$ select public.set_integration_credentials(%o, 'webhook', '{"key": "y"}') $$),
  ($$ select public.configure_alert_webhook(%o, '{"url": "https://chat.example/x", "format": "slack", "finished_runs": true}') $$),
  ($$ select pg_temp.post('delivered') $$),
  ($$ update sync_scheduler.alert_messages set delivered_at = delivered_at - interval '1 day' where org_id = %o $$),
  ($$ select pg_temp.probe('failed', 'transient') $$),
  ($$ select pg_temp.probe('failed', 'permanent') $$),
  ($$ select pg_temp.probe('failed', 'rate_limited') $$),
  ($$ select public.resume_integration_checks(%o, 'webhook') $$),
  ($$ select pg_temp.probe('answered') $$),
  ($$ select public.trigger_integration_sync(%o, 'webhook') $$),
  ($$ select sync_test.claim(%r) $$),
  ($$ select public.sync_worker_heartbeat(%r, 1, sync_test.token(%r), '{"page": 1}', 12) $$),
  ($$ select pg_temp.reserve(2) $$),
  -- A worker that confuses integrations: the batch is another's, the keys are those of all.
  ($$ select public.sync_worker_record_results(%r, 1, sync_test.token(%r), pg_temp.foreign_batch('sending'),
    '[{"entry_key": "entry 06", "state": "exported"}, {"entry_key": "entry 07", "state": "unknown"}]') $$),
  ($$ select public.sync_worker_record_results(%r, 1, sync_test.token(%r), pg_temp.foreign_batch('unknown'), '[]', true) $$),
  ($$ select pg_temp.record('exported') $$),
  ($$ select public.sync_worker_reserve_entries(%r, 1, sync_test.token(%r), 2, '{entry 09}') $$),
  ($$ select pg_temp.record('exported') $$),
  ($$ select pg_temp.reserve(1) $$),
  ($$ select pg_temp.record('pending', '{"refused_alone": true, "error": "No."}') $$),
  ($$ select pg_temp.reserve(1) $$),
  ($$ select pg_temp.record('rejected', '{"nothing_left": true}') $$),
  ($$ select public.add_sync_entries(%o, 'webhook', '[{"entry_key": "entry 04", "period": "2026-10", "document_number": "B-4", "payload": {"amount": "4.00"}}]') $$),
  ($$ select pg_temp.reserve(1) $$),
  ($$ select pg_temp.record('unknown', '{}', true) $$),
  ($$ select pg_temp.reserve(2) $$),
  ($$ select pg_temp.record('exported') $$),
  ($$ select public.add_sync_entries(%o, 'webhook', '[{"entry_key": "entry 01", "period": "2026-10", "document_number": "B-1", "payload": {"amount": "2"}},
    {"entry_key": "new", "period": "2026-10", "document_number": "B-1", "payload": {}}, {"entry_key": "bad"}, {"entry_key": "worse"}]') $$),
  ($$ select public.add_sync_entries(%o, 'webhook', '[{"entry_key": "bad", "period": "2026-10", "document_number": "B-1", "payload": {}}]') $$),
  ($$ select public.withdraw_sync_entries(%o, 'webhook', '{entry 10}', 'By mistake') $$),
  ($$ select pg_temp.reserve(1) $$),
  ($$ select pg_temp.finish('continued') $$),
  ($$ select sync_test.claim(%r, 2) $$),
  ($$ select public.pause_integration_sync(%o, 'webhook') $$),
  ($$ select pg_temp.reserve(1) $$),
  ($$ select pg_temp.finish('paused') $$),
  ($$ select public.resume_integration_sync(%o, 'webhook') $$),
  ($$ select sync_scheduler.recover_run(%r) $$),
  ($$ select sync_test.claim(%r, 3, true) $$),
  ($$ select public.sync_worker_finish(%r, 3, sync_test.token(%r), 'failed', 'transient', 'code', 'In words.', stuck_batch := pg_temp.foreign_batch('unknown')) $$),
  ($$ select sync_test.claim(%r, (pg_temp.run()).attempt) $$),
  ($$ select pg_temp.finish('failed', 'rate_limited', 60) $$),
  ($$ select public.cancel_integration_sync(%r, 'Enough') $$),
  ($$ select public.trigger_integration_sync(%o, 'webhook') $$),
  ($$ select sync_test.claim(%r) $$),
  ($$ update sync_scheduler.run_attempts set lease_expires_at = now() where run_id = %r $$),
  ($$ select sync_scheduler.recover_run(%r) $$),
  ($$ select sync_test.claim(%r, 2) $$),
  ($$ select public.cancel_integration_sync(%r) $$),
  ($$ select pg_temp.finish('cancelled') $$),
  ($$ select public.trigger_integration_sync(%o, 'webhook') $$),
  ($$ select sync_test.claim(%r) $$),
  ($$ update public.sync_integration_health set last_success_at = null where org_id = %o $$),
  ($$ select pg_temp.finish('failed', 'permanent') $$),
  ($$ select public.settle_sync_entries(%o, 'webhook', (select jsonb_agg(jsonb_build_object('batch_id', b.batch_id, 'sent_at', b.sent_at, 'resolution', 'resend'))
    from (select distinct e.batch_id, e.sent_at from public.sync_export_entries e where e.integration_id = sync_test.id('integration a') and e.state = 'unknown') b), 'Looked up') $$),
  ($$ select public.settle_sync_entries(%o, 'webhook', '[{"entry_key": "entry 01", "resolution": "keep"}]', 'Looked up') $$),
  ($$ select public.retry_integration_sync((select r.run_id from public.sync_run_log r where r.org_id = %o and r.status = 'failed')) $$),
  ($$ select sync_test.claim(%r) $$),
  ($$ select pg_temp.reserve(20) $$),
  ($$ select pg_temp.record('exported') $$),
  ($$ select pg_temp.finish('succeeded') $$),
  ($$ select public.acknowledge_sync_alert(a.alert_id) from public.sync_alerts a where a.org_id = %o and a.kind = 'entries_refused' and a.resolved_at is null $$),
  ($$ insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, scheduled_for, deadline_at, finished_at, skip_reason)
    values (%o, sync_test.id('integration a'), 'webhook', 'skipped', 'schedule', now() - interval '2 days', now(), now(), 'missed') $$),
  ($$ select public.backfill_integration_sync(%o, 'webhook', now() - interval '3 days', now() - interval '1 day') $$),
  ($$ select public.cancel_integration_backfill(%o, 'webhook') $$),
  ($$ select public.backfill_integration_sync(%o, 'webhook', now() - interval '3 days', now() - interval '1 day') $$),
  ($$ select sync_scheduler.start_queued_slot(sync_test.id('integration a')) $$),
  ($$ select sync_test.claim(%r) $$),
  ($$ select public.configure_integration_sync(%o, 'webhook', '{"enabled": false, "schedule": null}') $$),
  ($$ select pg_temp.finish('paused') $$),
  ($$ select pg_temp.post('failed') $$),
  ($$ select pg_temp.post('gone') $$),
  ($$ select public.configure_alert_webhook(%o, null) $$),
  ($$ select public.set_integration_credentials(%o, 'webhook', null) $$),
  ($$ delete from public.sync_integrations where id = sync_test.id('integration a') $$);

select is_empty($$
  select a.name from sync_test.api() a
  -- A warm-up is of no integration.
  where a.writes and a.name <> 'sync_worker_warm' and not exists (
    select from step s left join pg_proc helper on helper.pronamespace in (pg_my_temp_schema(), 'sync_test'::regnamespace)
      and s.statement ~ ('\m' || helper.proname || '\(')
    where concat(s.statement, helper.prosrc) ~ ('\mpublic\.' || a.name || '\('))
$$, 'every function that writes is among the steps');

-- Integration a after a step, but for what differs each time: ids, hashes, and instants that are not now.
create function pg_temp.own() returns text language sql as $$
  select regexp_replace(regexp_replace(regexp_replace(string_agg(x.row::text, E'\n' order by x.place, x.key),
    '[0-9a-f]{8}-[0-9a-f-]{27}', 'id', 'g'), '"\\\\x[0-9a-f]+"', 'hash', 'g'), '"[0-9]{4}-[0-9]{2}-[0-9]{2}T[^"]+"', 'instant', 'g')
  from (
    select 1 as place, '' as key, to_jsonb(i) as row from public.sync_integrations i where i.id = sync_test.id('integration a')
    union all select 2, concat(r.triggered_at, r.status, r.attempt), to_jsonb(r) from public.sync_run_log r where r.integration_id = sync_test.id('integration a')
    union all select 3, concat(a.attempt, a.outcome, a.error_code, a.reported_outcome), to_jsonb(a) - '{request_id}'::text[]
      from sync_scheduler.run_attempts a join public.sync_run_log r using (run_id) where r.integration_id = sync_test.id('integration a')
    union all select 4, e.entry_key, to_jsonb(e) - '{entry_id}'::text[] from public.sync_export_entries e where e.integration_id = sync_test.id('integration a')
    union all select 5, concat(a.dedup_key, a.count, a.resolved_at), to_jsonb(a) #- '{details,last_entry_id}' from public.sync_alerts a where a.org_id = sync_test.id('org a')
    union all select 6, concat(a.action, a.details), to_jsonb(a) - '{audit_id}'::text[] from public.sync_audit_log a where a.org_id = sync_test.id('org a')
    union all select 7, '', to_jsonb(h) from public.sync_integration_health h where h.integration_id = sync_test.id('integration a')
    union all select 8, '', to_jsonb(p) - '{request_id}'::text[] from sync_scheduler.connection_checks p where p.integration_id = sync_test.id('integration a')
    union all select 9, '', to_jsonb(w) from public.sync_alert_webhooks w where w.org_id = sync_test.id('org a')
    union all select 10, '', to_jsonb(w) - '{request_id}'::text[] from sync_scheduler.alert_senders w where w.org_id = sync_test.id('org a')
    union all select 11, concat(m.body ->> 'type', m.body ->> 'text'), to_jsonb(m) - '{number}'::text[] #- '{body,data,details,last_entry_id}'
      from sync_scheduler.alert_messages m where m.org_id = sync_test.id('org a')
    union all select 12, r.entry_key, to_jsonb(r) from sync_scheduler.refused_entries r where r.integration_id = sync_test.id('integration a')
  ) x
$$;
create temporary table harm (number integer, statement text, place text, kept jsonb);
create function pg_temp.play(out own text[]) language plpgsql as $$
declare
  step record;
  before jsonb[] := array(select jsonb_build_array(o.place, o.kept) from pg_temp.others() o);
  after jsonb[];
begin
  for step in select * from step s order by s.number loop
    begin
      execute replace(replace(step.statement, '%o', format('%L::uuid', sync_test.id('org a'))), '%r', format('%L::uuid', (pg_temp.run()).run_id));
    exception when others then
      raise exception 'step %,%: % %', step.number, step.statement, sqlerrm, sqlstate;
    end;
    if step.number % 4 = 0 then
      own := own || concat_ws(E'\n', step.statement, pg_temp.own());
    end if;
    after := array(select jsonb_build_array(o.place, o.kept) from pg_temp.others() o);
    continue when after = before;
    insert into harm
    select step.number, step.statement, d ->> 0, d -> 1 from (select unnest(before) as d except select unnest(after)) x
    where not (step.statement like '%delete from%' and d ->> 0 in ('attempt', 'resolved alert')
      or step.statement like '%webhook(%o, null)%' and d ->> 0 = 'delivered message')
    union all
    -- An attempt of integration a may just have ended.
    select step.number, step.statement, 'new ' || (d ->> 0), d -> 1 from (select unnest(after) as d except select unnest(before)) x
    where d ->> 0 not in ('attempt', 'delivered message');
    before := after;
  end loop;
end
$$;

-- All of it once, while there is no other, and taken back.
create temporary table story (others boolean, own text[]);
do $$
declare
  own text[];
begin
  begin
    own := pg_temp.play();
    raise exception using errcode = 'ZZ999';
  exception when sqlstate 'ZZ999' then
    insert into story values (false, own);
  end;
end;
$$;
-- What is open comes last: nothing that was done for one of them has touched another.
select pg_temp.stand_by(n) from unnest('{waiting,paused,dispatched,running}'::text[]) n;
-- All that was a minute ago: within a transaction now() does not move, and a row that gets the same instant
-- again would not show it.
do $$
declare
  name text;
begin
  foreach name in array '{public.sync_integrations,public.sync_run_log,sync_scheduler.run_attempts,public.sync_export_entries,sync_scheduler.paused_runs,'
    'public.sync_alerts,public.sync_audit_log,public.sync_integration_health,sync_scheduler.connection_checks,sync_scheduler.integration_credentials,'
    'public.sync_alert_webhooks,sync_scheduler.alert_senders,sync_scheduler.alert_messages,sync_scheduler.vendor_failures,sync_scheduler.refused_entries,'
    'sync_scheduler.refused_deliveries,sync_scheduler.postponed_slots,sync_scheduler.check_faults}'::text[] loop
    execute format('alter table %s disable trigger user', name);
    execute (
      select format('update %s set %s', name, string_agg(format('%1$I = %1$I - interval ''1 minute''', a.attname), ', '))
      from pg_attribute a where a.attrelid = name::regclass and a.atttypid = 'timestamptz'::regtype and a.attnum > 0);
    execute format('alter table %s enable trigger user', name);
  end loop;
end;
$$;


select is((select count(distinct o.place) from pg_temp.others() o), 22::bigint, 'the others have rows in every table');
select results_eq($$
  select o.name, (select concat_ws(' ', r.status, a.attempt, a.claimed_at is not null, a.outcome) from public.sync_run_log r join sync_scheduler.run_attempts a using (run_id)
      where r.org_id = sync_test.id('org ' || o.name)),
    (select string_agg(e.state::text, ' ' order by e.entry_key) from public.sync_export_entries e where e.integration_id = sync_test.id('integration ' || o.name)),
    (select count(*) from public.sync_alerts a where a.org_id = sync_test.id('org ' || o.name) and a.resolved_at is null)
  from unnest('{waiting,paused,dispatched,running}'::text[]) o (name)
$$, $$ values
  ('waiting', 'pending 1 t failed', 'exported rejected unknown unknown pending unknown unknown pending pending pending rejected', 16::bigint),
  ('paused', 'pending 1 f paused', 'pending pending pending pending pending pending pending pending pending pending rejected', 15),
  ('dispatched', 'pending 1 f', 'pending pending pending pending pending pending pending pending pending pending rejected', 15),
  ('running', 'running 1 t', 'exported rejected unknown unknown pending sending sending pending pending pending rejected', 16)
$$, 'in the states that they are named after');
insert into story select true, pg_temp.play();
select is_empty('select * from harm order by number', 'no step changes, removes or adds a row that is of another integration, or over');
select is_empty($$
  select alone, among from
    (select a.number, a.own as alone, b.own as among
     from (select number, step as own from story, unnest(own) with ordinality u (step, number) where not others) a
     join (select number, step as own from story, unnest(own) with ordinality u (step, number) where others) b using (number)
     where a.own is distinct from b.own order by number limit 1) x
$$, 'and the steps do what they do where there is no other');

select * from finish();
rollback;
