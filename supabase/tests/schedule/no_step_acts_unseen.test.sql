begin;
\ir ../fixtures.psql
\ir ../schedule.psql
\ir ../alert_webhook.psql
select plan(3);

-- has_work against the steps themselves: in states drawn at random, no step may write anything that has_work did not see.
select pg_temp.connect();
insert into sync_scheduler.ticks default values;
delete from sync_scheduler.alert_messages;

-- Another number, other states.
select setseed(0.5);

-- In a state one kind of thing may be due, and the others nearly never: has_work must see each by itself.
create temporary table kinds as select kind, row_number() over () as number
from unnest('{slot,pause,check,probe,waiting,run,lease,silence,message,sender}'::text[]) kind;
create function pg_temp.is_due(kind text) returns boolean language sql volatile as $$
  select random() < case when kind = current_setting('sync_test.due') then 0.5 else 0.005 end
$$;
-- Not due is often just so.
create function pg_temp.instant(is_due boolean) returns timestamptz language sql volatile as $$
  select case
    when is_due and random() < 0.2 then '-infinity'
    when is_due then now() - (array['2 days', '61 seconds', '1 microsecond', '0']::interval[])[1 + floor(random() * 4)]
    when random() < 0.2 then 'infinity'
    else now() + (array['1 microsecond', '60 seconds', '61 seconds', '1 day', null]::interval[])[1 + floor(random() * 5)] end
$$;
create function pg_temp.instant(kind text) returns timestamptz language sql volatile as $$
  select pg_temp.instant(pg_temp.is_due(kind))
$$;

-- Rows that this transaction has written.
create function pg_temp.written() returns bigint language sql volatile as $$
  select sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del)::bigint from pg_stat_xact_user_tables s
$$;

create function pg_temp.draw_state() returns void language plpgsql as $$
declare
  who public.sync_integrations;
  run uuid;
  slot timestamptz;
begin
  update sync_scheduler.settings set
    warmup_lead = (array['0', '40 seconds', '1 minute']::interval[])[1 + floor(random() * 3)],
    drift_alert_after = (array['1 minute', '7 days']::interval[])[1 + floor(random() * 2)],
    function_url = case when random() < 0.9 then function_url end;
  for who in select * from public.sync_integrations loop
    slot := case when pg_temp.is_due('slot') then coalesce(pg_temp.instant(random() < 0.2), 'infinity') else now() + interval '60000001 microseconds' end;
    if random() < 0.1 then
      update public.sync_integrations i set schedule = null where i.id = who.id;
    else
      update public.sync_integrations i set next_run_at = slot, next_tick_at = greatest(slot, pg_temp.instant(false)) where i.id = who.id;
    end if;
    update public.sync_integrations i set
      enabled = random() < 0.8, paused_at = p.at, resume_at = case when p.at is not null then pg_temp.instant('pause') end
    from (select case when random() < 0.3 then now() - interval '1 hour' end as at) p where i.id = who.id;
    update public.sync_integration_health h set
      next_check_at = pg_temp.instant('check'), check_requested_at = pg_temp.instant(true), checked_at = pg_temp.instant(true),
      passive_since = case when random() < 0.2 then pg_temp.instant(false) end, consecutive_failures = floor(random() * 4),
      status = case when random() < 0.5 then 'healthy' else 'needs_attention' end::public.sync_health_status
    where h.integration_id = who.id;
    if random() < 0.2 then
      insert into sync_scheduler.connection_checks (integration_id, token_hash, requested_at, ended_at)
      values (who.id, '', pg_temp.instant(true), case when not pg_temp.is_due('probe') then now() end);
    end if;
    if pg_temp.is_due('waiting') then
      insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
      values (who.id, pg_temp.instant(true), case when random() < 0.5 then 'schedule' else 'backfill' end::public.sync_run_trigger);
    end if;
    if random() < 0.5 then
      insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, scheduled_for, attempt, deadline_at,
        status, started_at, next_attempt_at, notice)
      select who.org_id, who.id, who.integration_type, case when s.slot is null then 'api' else 'schedule' end::public.sync_run_trigger,
        s.slot, 1, coalesce(pg_temp.instant(random() < 0.5), 'infinity'), s.status,
        case when s.status = 'running' or random() < 0.3 then now() end,
        case when s.status = 'pending' and random() < 0.7 then pg_temp.instant('run') end,
        case when random() < 0.3 then 'vendor_incident' end
      from (select pg_temp.instant('run') as slot,
        (case when random() < 0.5 then 'running' else 'pending' end)::public.sync_run_status as status) s
      returning run_id into run;
      insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, claimed_at, lease_expires_at, ended_at, outcome)
      select run, 1, '', case when random() < 0.5 then now() end, coalesce(pg_temp.instant('lease'), 'infinity'), e.ended_at,
        case when e.ended_at is not null then 'lost' end::sync_scheduler.attempt_outcome
      from (select case when random() < 0.3 then now() end as ended_at) e where random() < 0.8;
    end if;
    if random() < 0.3 then
      insert into sync_scheduler.vendor_failures (integration_id, integration_type, host, failed_at)
      values (who.id, who.integration_type, 'away.example', pg_temp.instant(true));
    end if;
  end loop;
  insert into public.sync_vendor_incidents (integration_type, host, began_at, ended_at, affected, message)
  select 'webhook', 'away.example', now() - interval '3 days', case when random() < 0.2 then now() end, 2, 'Away.'
  where random() < 0.4;
  insert into public.sync_alerts (kind, severity, dedup_key, message, resolved_at)
  select 'scheduler_dead', 'critical', 'x', 'Dead.', case when not pg_temp.is_due('silence') then now() end where random() < 0.5;
  -- Which was announced.
  delete from sync_scheduler.alert_messages;
  insert into sync_scheduler.alert_messages (org_id, body, is_new, delivered_at)
  select sync_test.id('org a'), '{}', pg_temp.is_due('message'), case when random() < 0.5 then now() end where random() < 0.7;
  if random() < 0.3 then
    update public.sync_alert_webhooks set stopped_at = now(), stop_reason = 'gone';
  end if;
  update sync_scheduler.alert_senders set next_attempt_at = pg_temp.instant('sender');
end
$$;

create temporary table outcomes (seen boolean, step text, acted boolean);
create function pg_temp.try_states(states integer) returns void language plpgsql as $$
declare
  steps constant text[] := '{recover_runs,start_queued_slots,watch_drift,end_pauses,resolve_silence,end_unanswered_checks,'
    'run_due_checks,post_alert_messages,warm_up}';
  found_work boolean;
  acted text[];
  before bigint;
  step text;
begin
  for state in 1..states loop
    acted := '{}';
    perform set_config('sync_test.due', kind, true) from kinds where number = 1 + state % 11;
    begin
      perform pg_temp.draw_state();
      found_work := sync_scheduler.has_work();
      foreach step in array steps loop
        before := pg_temp.written();
        execute format('select sync_scheduler.%I()', step);
        if pg_temp.written() <> before then
          acted := acted || step;
        end if;
      end loop;
      raise exception using errcode = 'ROLLB';
    exception when sqlstate 'ROLLB' then null;
    end;
    insert into outcomes select found_work, s, s = any (acted) from unnest(steps) s;
  end loop;
end
$$;
select pg_temp.try_states(330);

select is_empty($$ select step, count(*) from outcomes where acted and not seen group by step $$,
  'no step writes anything when has_work sees nothing');
-- Or the draws would prove nothing.
select ok(count(*) > 0, 'states without work were among them') from outcomes where not seen;
select ok(count(*) > 0, 'and such in which a step wrote something') from outcomes where acted;

select * from finish();
rollback;
