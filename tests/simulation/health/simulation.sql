-- The stage of a simulated week. It replaces the clock below the bundle's own objects, and catches requests
-- before pg_net sees them. It does what the Edge Function and the vendors would do.
create schema sync_sim;

-- Column defaults and compiled expressions name these by their oid. Being plain SQL functions they are inlined, so the
-- server's own shortcuts for built-in functions are never taken; the test checks that no real instant appears anywhere.
create function sync_sim.instant() returns timestamptz language sql stable parallel safe as $$
  select coalesce(nullif(current_setting('sync_sim.now', true), '')::timestamptz, statement_timestamp())
$$;
create or replace function pg_catalog.now() returns timestamptz language sql stable parallel safe as $$
  select sync_sim.instant()
$$;
create or replace function pg_catalog.transaction_timestamp() returns timestamptz language sql stable parallel safe as $$
  select sync_sim.instant()
$$;
create or replace function pg_catalog.clock_timestamp() returns timestamptz language sql volatile parallel safe as $$
  select sync_sim.instant()
$$;
-- In plpgsql, which keeps its plans. A function in SQL that is not inlined is parsed and planned again after each commit.
create function sync_sim.set_clock(at timestamptz) returns void language plpgsql as $$
begin
  perform set_config('sync_sim.now', at::text, false);
end $$;

-- From whose quota an integration draws, when a host is away, and every request that a vendor has seen.
create table sync_sim.accounts (integration_id uuid primary key, account text not null);
create table sync_sim.quotas (account text, day date, used integer not null, primary key (account, day));
create table sync_sim.outages (host text primary key, began_at timestamptz not null, ended_at timestamptz not null);
create table sync_sim.requests (at timestamptz not null default now(), integration_id uuid not null, purpose text not null, answer text not null);
create table sync_sim.agenda (id bigint generated always as identity primary key, due timestamptz not null, what text not null, body jsonb not null);
create index on sync_sim.agenda (due, id);
create table sync_sim.refusals (at timestamptz not null default now(), what text, error text);

-- 500 requests a day, by UTC; a request that is refused is counted too.
create function sync_sim.ask(integration_id uuid, purpose text) returns text language plpgsql as $$
declare
  answer text := 'ok';
  spent integer;
begin
  if exists (
    select from public.sync_integrations i join sync_sim.outages o on o.host = sync_scheduler.vendor_host(i)
    where i.id = ask.integration_id and now() >= o.began_at and now() < o.ended_at)
  then
    answer := 'away';
  else
    insert into sync_sim.quotas as q (account, day, used)
    select a.account, (now() at time zone 'UTC')::date, 1 from sync_sim.accounts a where a.integration_id = ask.integration_id
    on conflict (account, day) do update set used = q.used + 1 returning q.used into spent;
    answer := case when spent > 500 then '429' else 'ok' end;
  end if;
  insert into sync_sim.requests (integration_id, purpose, answer) values (ask.integration_id, ask.purpose, answer);
  return answer;
end $$;

create function sync_sim.catch_request() returns trigger language plpgsql security definer as $$
begin
  insert into sync_sim.agenda (due, what, body)
  values (now() + random() * interval '10 seconds', convert_from(new.body, 'UTF8')::jsonb ->> 'kind', convert_from(new.body, 'UTF8')::jsonb);
  return null;
end $$;
create trigger catch_request before insert on net.http_request_queue
  for each row execute function sync_sim.catch_request();

create function sync_sim.check_all(body jsonb) returns void language plpgsql as $$
declare
  probe jsonb;
  answer text;
begin
  perform public.sync_worker_claim_probes(body -> 'probes');
  for probe in select jsonb_array_elements(body -> 'probes') loop
    answer := sync_sim.ask((probe ->> 'integration_id')::uuid, 'ping');
    perform public.sync_worker_finish_probe((probe ->> 'integration_id')::uuid, probe ->> 'token',
      case answer when 'ok' then 'answered' else 'failed' end,
      case answer when 'away' then 'transient' when '429' then 'rate_limited' end,
      case when answer <> 'ok' then 'vendor_' || answer end, case when answer <> 'ok' then 'Simulated.' end, 40,
      blames => case answer when 'away' then 'vendor' when '429' then 'quota' end);
  end loop;
end $$;

-- One entry a run, in two requests: a look and a send. What is under way when the vendor goes away is unknown, and goes out again.
create function sync_sim.export(body jsonb) returns void language plpgsql as $$
declare
  of_run uuid := body ->> 'run_id';
  attempt integer := body ->> 'attempt';
  token text := body ->> 'token';
  batch jsonb;
  answer text;
begin
  loop
    batch := public.sync_worker_reserve_entries(of_run, attempt, token, 100);
    if batch ->> 'batch_id' is null then
      perform public.sync_worker_finish(of_run, attempt, token, 'succeeded');
      return;
    end if;
    for request in 1..2 loop
      answer := sync_sim.ask((select r.integration_id from public.sync_run_log r where r.run_id = of_run), 'export');
      exit when answer <> 'ok';
    end loop;
    if answer <> 'ok' then
      perform public.sync_worker_finish(of_run, attempt, token, 'failed', case answer when '429' then 'rate_limited' else 'ambiguous' end,
        'vendor_' || answer, 'Simulated.', case answer when '429' then 1800 end,
        blames => case answer when '429' then 'quota' else 'vendor' end);
      return;
    end if;
    perform public.sync_worker_record_results(of_run, attempt, token, (batch ->> 'batch_id')::uuid, (
      select jsonb_agg(jsonb_build_object('entry_key', e ->> 'entry_key', 'state', 'exported'))
      from jsonb_array_elements(batch -> 'entries') e where not (e ->> 'settled')::boolean));
  end loop;
end $$;

create function sync_sim.work(job sync_sim.agenda) returns void language plpgsql as $$
begin
  case job.what
  when 'probes' then
    perform sync_sim.check_all(job.body);
  when 'run' then
    perform public.sync_worker_claim((job.body ->> 'run_id')::uuid, (job.body ->> 'attempt')::integer, job.body ->> 'token',
      gen_random_uuid(), 20, false);
    insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
    select r.integration_id, r.run_id, '2026-11', 'B', '{}' from public.sync_run_log r where r.run_id = (job.body ->> 'run_id')::uuid
    on conflict do nothing;
    -- Within the lease: this worker sends no heartbeats.
    insert into sync_sim.agenda (due, what, body) values (now() + random() * interval '50 seconds', 'export', job.body);
  when 'export' then
    perform sync_sim.export(job.body);
  else
    null;
  end case;
exception when sqlstate 'PT401' or sqlstate 'PT409' then
  insert into sync_sim.refusals (what, error) values (job.what, sqlerrm);
end $$;

-- A tick at this pace; whatever is due in between comes at its own instant, each in a transaction of its own.
create procedure sync_sim.play(first_tick timestamptz, last_tick timestamptz, pace interval) language plpgsql as $$
declare
  tick timestamptz := first_tick;
  job sync_sim.agenda;
begin
  while tick <= last_tick loop
    loop
      delete from sync_sim.agenda where id = (
        select a.id from sync_sim.agenda a where a.due <= tick order by a.due, a.id limit 1) returning * into job;
      exit when not found;
      perform sync_sim.set_clock(job.due);
      perform sync_sim.work(job);
      commit;
    end loop;
    perform sync_sim.set_clock(tick);
    perform sync_scheduler.tick();
    commit;
    tick := tick + pace;
  end loop;
end $$;

-- So many organisations, each with an integration of that type.
create function sync_sim.connect(type text, count integer, config text, account text, schedule text) returns void language sql as $$
  with org as (
    insert into public.organizations (name) select format('%s %s', type, n) from generate_series(1, count) n returning id, name
  ), integration as (
    insert into public.sync_integrations (org_id, integration_type, config, schedule)
    select id, type, replace(config, '#', split_part(name, ' ', 2))::jsonb, schedule from org returning id, org_id
  )
  insert into sync_sim.accounts (integration_id, account)
  select i.id, replace(account, '#', split_part(o.name, ' ', 2)) from integration i join org o on o.id = i.org_id
$$;

grant usage on schema sync_sim to postgres, authenticated, service_role;
grant execute on function sync_sim.instant() to public;
grant all on all tables in schema sync_sim to postgres;
grant execute on all routines in schema sync_sim to postgres;
