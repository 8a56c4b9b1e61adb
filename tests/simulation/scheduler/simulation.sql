-- The stage of a simulated month. The bundle's own objects stay as they are: the clock is replaced below
-- them, and requests are caught before pg_net sees them. Triggers of the test record, in their true order,
-- the events to be judged.
create schema sync_sim;

-- Column defaults and compiled expressions name now() by its oid. Being a plain SQL function it is inlined, so the server's
-- own shortcut for built-in functions is never taken; the test checks that no real instant appears anywhere.
create or replace function pg_catalog.now() returns timestamptz language sql stable parallel safe as $$
  select coalesce(nullif(current_setting('sync_sim.now', true), '')::timestamptz, transaction_timestamp())
$$;

-- One run of the test: what shall happen when, in order; the worker's agenda; what did happen.
create table sync_sim.steps (
  step integer primary key, at timestamptz not null, what text not null, integration_id uuid, details jsonb
);
create table sync_sim.agenda (
  id bigint generated always as identity primary key, due timestamptz not null, what text not null,
  run_id uuid not null, attempt integer not null, token text not null, until timestamptz
);
create index on sync_sim.agenda (due, id);
create table sync_sim.history (
  seq bigint generated always as identity primary key, at timestamptz not null default now(), integration_id uuid,
  event text not null, slot timestamptz, reason text
);

-- From 0 up to 1. Decided by the seed and by what it is about, so that the order of events does not matter.
create function sync_sim.draw(what text) returns float8 language sql stable as $$
  select ('x' || substr(md5(current_setting('sync_sim.seed') || ' ' || what), 1, 13))::bit(52)::bigint / 2.0 ^ 52
$$;
create function sync_sim.happens(what text, about text) returns boolean language sql stable as $$
  select sync_sim.draw(what || ' ' || about) < current_setting('sync_sim.' || what)::float8
$$;
-- In plpgsql, which keeps its plans. A function in SQL that is not inlined is parsed and planned again after each commit.
create function sync_sim.set_clock(at timestamptz) returns void language plpgsql as $$
begin
  perform set_config('sync_sim.now', at::text, false);
end $$;
create function sync_sim.attempt_name(run_id uuid, attempt integer) returns text language plpgsql stable as $$
begin
  return (
    select concat_ws(' ', r.integration_id, coalesce(r.scheduled_for, r.triggered_at), r.triggered_by, attempt_name.attempt)
    from public.sync_run_log r where r.run_id = attempt_name.run_id);
end $$;

create function sync_sim.catch_request() returns trigger language plpgsql security definer as $$
declare
  body jsonb := convert_from(new.body, 'UTF8');
  about text := sync_sim.attempt_name((body ->> 'run_id')::uuid, (body ->> 'attempt')::integer);
begin
  -- By the time, too, or a request that was lost once would be lost for ever.
  if not sync_sim.happens('request_lost', about || now()) then
    insert into sync_sim.agenda (due, what, run_id, attempt, token)
    values (now() + sync_sim.draw('latency ' || about) * interval '5 seconds', 'claim',
      (body ->> 'run_id')::uuid, (body ->> 'attempt')::integer, body ->> 'token');
  end if;
  return null;
end $$;
create trigger catch_request before insert on net.http_request_queue
  for each row execute function sync_sim.catch_request();

create function sync_sim.record_run() returns trigger language plpgsql security definer as $$
begin
  insert into sync_sim.history (integration_id, event, slot, reason)
  select new.integration_id, case when tg_op = 'UPDATE' then 'end' when new.status = 'skipped' then 'skip'
    else 'start ' || new.triggered_by end, new.scheduled_for, coalesce(new.skip_reason::text, new.error_code)
  where tg_op = 'INSERT' or (new.finished_at is not null and old.finished_at is null);
  return null;
end $$;
create trigger record_run after insert or update on public.sync_run_log
  for each row execute function sync_sim.record_run();

create function sync_sim.record_waiting() returns trigger language plpgsql security definer as $$
begin
  insert into sync_sim.history (integration_id, event, slot) values (coalesce(new.integration_id, old.integration_id),
    case when tg_op = 'INSERT' then 'wait ' || new.triggered_by else 'waits no longer' end,
    coalesce(new.scheduled_for, old.scheduled_for));
  return null;
end $$;
create trigger record_waiting after insert or delete on sync_scheduler.queued_slots
  for each row execute function sync_sim.record_waiting();

-- What the Edge Function does with an attempt: claims it and ends it later, dies, or falls silent for too long.
create function sync_sim.work(job sync_sim.agenda) returns void language plpgsql as $$
declare
  about text := sync_sim.attempt_name(job.run_id, job.attempt);
  silent boolean := sync_sim.happens('worker_stalls', about);
begin
  if job.what = 'claim' then
    perform public.sync_worker_claim(job.run_id, job.attempt, job.token, job.run_id, 20, false);
    if sync_sim.happens('worker_dies', about) then
      return;
    end if;
    job.until := now() + case
      when silent then interval '30 minutes'
      when sync_sim.happens('takes_hours', about) then interval '50 minutes' + sync_sim.draw(about) * interval '3 hours'
      when sync_sim.happens('takes_minutes', about) then sync_sim.draw(about) * interval '40 minutes'
      else sync_sim.draw(about) * interval '2 minutes' end;
  elsif job.what = 'heartbeat' then
    perform public.sync_worker_heartbeat(job.run_id, job.attempt, job.token);
  elsif sync_sim.happens('sync_fails', about) then
    perform public.sync_worker_finish(job.run_id, job.attempt, job.token, 'failed',
      case when sync_sim.draw('class ' || about) < 0.7 then 'transient' else 'permanent' end, 'simulated', 'Simulated.');
  else
    perform public.sync_worker_finish(job.run_id, job.attempt, job.token, 'succeeded');
  end if;
  if job.what <> 'finish' then
    -- A lease is ten minutes here.
    insert into sync_sim.agenda (due, what, run_id, attempt, token, until)
    select case when last then job.until else now() + interval '9 minutes' end,
      case when last then 'finish' else 'heartbeat' end, job.run_id, job.attempt, job.token, job.until
    from (select silent or job.until <= now() + interval '9 minutes') t (last);
  end if;
exception when sqlstate 'PT401' or sqlstate 'PT409' then
  insert into sync_sim.history (event, reason) values ('worker refused', job.what || ' ' || sqlerrm);
end $$;

-- What an admin, or the host's backend, does; refusals are part of life.
create function sync_sim.act(step sync_sim.steps) returns void language plpgsql as $$
declare
  i public.sync_integrations;
begin
  select * into strict i from public.sync_integrations where id = step.integration_id;
  insert into sync_sim.history (integration_id, event, reason) values (i.id, step.what, step.details);
  perform set_config('request.jwt.claims', '{"role": "service_role"}', true);
  case step.what
    when 'pause' then
      perform public.pause_integration_sync(i.org_id, i.integration_type, 'Simulated', (step.details ->> 'resume_at')::timestamptz);
    when 'resume' then perform public.resume_integration_sync(i.org_id, i.integration_type);
    when 'configure' then perform public.configure_integration_sync(i.org_id, i.integration_type, step.details);
    when 'backfill' then
      perform public.backfill_integration_sync(i.org_id, i.integration_type,
        (step.details ->> 'from')::timestamptz, (step.details ->> 'to')::timestamptz);
    when 'press' then perform public.trigger_integration_sync(i.org_id, i.integration_type);
  end case;
exception when sqlstate 'PT409' or sqlstate 'PT429' then
  insert into sync_sim.history (integration_id, event, reason) values (i.id, step.what || ' refused', sqlerrm);
end $$;

-- Every act of the worker comes at its own instant; then the step, each in a transaction of its own.
create procedure sync_sim.play(first_step integer, last_step integer) language plpgsql as $$
declare
  step sync_sim.steps;
  job sync_sim.agenda;
begin
  for step in select * from sync_sim.steps s where s.step between first_step and last_step order by s.step loop
    loop
      delete from sync_sim.agenda where id = (
        select a.id from sync_sim.agenda a where a.due <= step.at order by a.due, a.id limit 1) returning * into job;
      exit when not found;
      perform sync_sim.set_clock(job.due);
      perform sync_sim.work(job);
      commit;
    end loop;
    perform sync_sim.set_clock(step.at);
    if step.what = 'tick' then
      perform sync_scheduler.tick();
    elsif step.what <> 'doubled' then
      perform sync_sim.act(step);
    end if;
    commit;
  end loop;
end $$;

grant usage on schema sync_sim to postgres;
grant all on all tables in schema sync_sim to postgres;
grant execute on all routines in schema sync_sim to postgres;
