-- What the benchmarks add to a migrated database. Everything is in a schema of its own.
create schema bench;

-- The people and organisations that call; n counts from 1 without gaps.
create table bench.tenants (
  n integer primary key,
  org_id uuid not null,
  integration_id uuid not null
);

-- The reference: a bare insert of the row that the trigger inserts, with the same columns, defaults, checks,
-- indexes and foreign key, and none of the work around it.
create table bench.bare_run_log (like public.sync_run_log including all);
alter table bench.bare_run_log
  add foreign key (integration_id, org_id) references public.sync_integrations (id, org_id) on delete cascade;

-- Loops inside the server, one commit a call: no client, no network and no protocol on either side. The
-- insert gets a cached plan without parse and bind, so this is the reference at its fastest.
create procedure bench.loop_trigger(
  first integer, last integer, inout began double precision, inout ended double precision
)
language plpgsql as $$
declare
  orgs uuid[] := (select array_agg(t.org_id order by t.n) from bench.tenants t
    where t.n between first and last);
begin
  began := extract(epoch from clock_timestamp()) * 1000;
  for i in 1 .. last - first + 1 loop
    perform public.trigger_integration_sync(orgs[i], 'webhook');
    commit;
  end loop;
  ended := extract(epoch from clock_timestamp()) * 1000;
end;
$$;

create procedure bench.loop_insert(
  first integer, last integer, inout began double precision, inout ended double precision
)
language plpgsql as $$
declare
  orgs uuid[] := (select array_agg(t.org_id order by t.n) from bench.tenants t
    where t.n between first and last);
  integrations uuid[] :=
    (select array_agg(t.integration_id order by t.n) from bench.tenants t where t.n between first and last);
  person uuid := auth.uid();
begin
  began := extract(epoch from clock_timestamp()) * 1000;
  for i in 1 .. last - first + 1 loop
    insert into bench.bare_run_log
      (org_id, integration_id, integration_type, triggered_by, triggered_by_user_id, deadline_at)
    values (orgs[i], integrations[i], 'webhook', 'manual', person, now() + interval '6 hours');
    commit;
  end loop;
  ended := extract(epoch from clock_timestamp()) * 1000;
end;
$$;

-- What no press can do without, and nothing else: the run, its attempt and the queued request. No caller is
-- checked, nothing is looked at. It shows how much of the bare insert's speed is left for any trigger.
create function bench.write_all(org_id uuid, integration_id uuid) returns public.sync_run_log
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
begin
  insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by,
    triggered_by_user_id, deadline_at)
  values (write_all.org_id, write_all.integration_id, 'webhook', 'manual', auth.uid(),
    now() + interval '6 hours')
  returning * into run;
  insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, request_id, lease_expires_at)
  values (run.run_id, 1, '\x00', net.http_post(url := 'http://127.0.0.1:9/', body := '{"kind": "run"}'),
    now() + interval '10 seconds');
  return run;
end;
$$;

create procedure bench.loop_writes(
  first integer, last integer, inout began double precision, inout ended double precision
)
language plpgsql as $$
declare
  orgs uuid[] := (select array_agg(t.org_id order by t.n) from bench.tenants t
    where t.n between first and last);
  integrations uuid[] :=
    (select array_agg(t.integration_id order by t.n) from bench.tenants t where t.n between first and last);
begin
  began := extract(epoch from clock_timestamp()) * 1000;
  for i in 1 .. last - first + 1 loop
    perform bench.write_all(orgs[i], integrations[i]);
    commit;
  end loop;
  ended := extract(epoch from clock_timestamp()) * 1000;
end;
$$;

-- Milliseconds of each call without its commit. Rolled back, so that the same integration can be triggered
-- again and the log keeps its length.
create procedure bench.time_trigger(org_id uuid, calls integer, inout milliseconds double precision[])
language plpgsql as $$
declare
  began timestamptz;
begin
  milliseconds := '{}';
  for i in 1 .. calls loop
    began := clock_timestamp();
    perform public.trigger_integration_sync(time_trigger.org_id, 'webhook');
    milliseconds := milliseconds || (extract(epoch from clock_timestamp() - began) * 1000)::double precision;
    rollback;
  end loop;
end;
$$;

-- The same for an insert into the run log itself: what the growth of its indexes costs anybody.
create procedure bench.time_insert(org_id uuid, integration_id uuid, calls integer,
  inout milliseconds double precision[])
language plpgsql as $$
declare
  began timestamptz;
begin
  milliseconds := '{}';
  for i in 1 .. calls loop
    began := clock_timestamp();
    insert into public.sync_run_log
      (org_id, integration_id, integration_type, triggered_by, triggered_by_user_id, deadline_at)
    values (time_insert.org_id, time_insert.integration_id, 'webhook', 'manual', gen_random_uuid(),
      now() + interval '6 hours');
    milliseconds := milliseconds || (extract(epoch from clock_timestamp() - began) * 1000)::double precision;
    rollback;
  end loop;
end;
$$;

-- Makes some integrations due: as many of them as a batch takes, scattered over the table, at the minute that
-- has just begun.
create procedure bench.make_due(due integer) language sql as $$
  update public.sync_integrations i set next_run_at = date_trunc('minute', now()),
    next_tick_at = date_trunc('minute', now())
  where i.id in (
    select d.id from public.sync_integrations d where d.schedule is not null
    order by md5(d.id::text) limit due);
$$;

-- What a worker does with every run that is pending: it claims it and reports success.
create procedure bench.work_off() language plpgsql as $$
declare
  pending uuid;
begin
  update sync_scheduler.run_attempts set token_hash = sha256('token') where ended_at is null;
  for pending in select r.run_id from public.sync_run_log r where r.status = 'pending' loop
    perform public.sync_worker_claim(pending, 1, 'token', gen_random_uuid(), 1, false);
    perform public.sync_worker_finish(pending, 1, 'token', 'succeeded');
  end loop;
end;
$$;

-- Connection checks, too, are spread over the time: some would always be due.
create procedure bench.make_idle() language sql as $$
  update sync_scheduler.connection_checks set ended_at = now() where ended_at is null;
  update public.sync_integration_health set next_check_at = now() + interval '1 day'
  where next_check_at < now() + interval '1 day';
  update public.sync_integrations set next_run_at = next_run_at + interval '1 day',
    next_tick_at = next_tick_at + interval '1 day'
  where next_run_at < now() + interval '1 day';
$$;

-- The reference of a tick: claims the due rows and inserts a row of a run for each, without deciding,
-- dispatching or recording.
create function bench.plain_tick(due integer) returns integer language plpgsql
  set enable_seqscan = off set jit = off as $$
declare
  claimed public.sync_integrations;
  rows integer := 0;
begin
  for claimed in
    update public.sync_integrations i set next_run_at = i.next_run_at + interval '1 day',
      next_tick_at = i.next_tick_at + interval '1 day'
    where i.id in (
      select d.id from public.sync_integrations d
      where d.integration_type = 'webhook' and d.next_tick_at <= now()
      order by d.next_tick_at limit due for no key update skip locked)
    returning i.*
  loop
    insert into bench.bare_run_log (org_id, integration_id, integration_type, triggered_by, scheduled_for,
      deadline_at)
    values (claimed.org_id, claimed.id, claimed.integration_type, 'schedule', claimed.next_run_at,
      now() + claimed.run_deadline);
    rows := rows + 1;
  end loop;
  return rows;
end;
$$;

-- Between rounds, outside of what is measured. The queue too: no worker empties it here.
create procedure bench.reset()
language sql as $$
  truncate public.sync_run_log, sync_scheduler.run_attempts, sync_scheduler.paused_runs,
    public.sync_export_entries, net.http_request_queue, bench.bare_run_log;
$$;

grant usage on schema bench to authenticated;
grant select on bench.tenants to authenticated;
grant insert, select on bench.bare_run_log to authenticated;
