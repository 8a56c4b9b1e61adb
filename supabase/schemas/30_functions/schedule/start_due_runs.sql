-- Starts the runs whose slot has come, in batches of batch_size of each integration type. Returns how many it
-- started and how many slots it recorded as skipped. Of several at once one does the work. A slot that cannot
-- be started stops no other.
create or replace function sync_scheduler.start_due_runs(
  batch_size integer default 500, out started integer, out skipped integer)
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off
-- A row that another session keeps locked must not hold up the others.
set lock_timeout = '500ms' as $$
declare
  due uuid[];
  single uuid;
  done record;
begin
  started := 0;
  skipped := 0;
  if not sync_scheduler.lock_starts() then
    return;
  end if;
  -- After a long absence an integration needs several rounds. The rest is left to the next tick.
  for round in 1..20 loop
    due := null;
    begin
      -- Locked and advanced in one subtransaction. Two would leave a version of the row that no index scan
      -- may mark as dead: each tick would read all of them until the next vacuum.
      due := sync_scheduler.lock_due(batch_size);
      exit when due is null;
      done := sync_scheduler.start_slots(due);
      started := started + done.started;
      skipped := skipped + done.skipped;
    exception when others then
      if due is null then
        raise;
      end if;
      -- Something is wrong with one of them: each alone, so that the others start.
      foreach single in array due loop
        begin
          perform from public.sync_integrations i
          where i.id = single and i.next_tick_at <= now() for no key update skip locked;
          continue when not found;
          done := sync_scheduler.start_slots(array[single]);
          started := started + done.started;
          skipped := skipped + done.skipped;
        exception when others then
          perform sync_scheduler.postpone_slot(single, sqlerrm);
        end;
        -- Each may have waited for a lock. The next tick gets to the others: what fails goes to the back.
        exit when sync_scheduler.is_out_of_time();
      end loop;
    end;
    exit when sync_scheduler.is_out_of_time();
  end loop;
end;
$$;

-- Locks due integrations, up to batch_size of each type, the longest due first, and returns their ids or
-- null. Of those that would be started, as many as max_active_per_type and max_active_per_org leave room for.
create or replace function sync_scheduler.lock_due(batch_size integer) returns uuid[]
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  settings constant sync_scheduler.settings := (select s from sync_scheduler.settings s);
begin
  -- What another tick, a trigger or an admin holds is skipped, and dealt with by the next tick.
  return (
    with active as materialized (
      select r.integration_type, r.org_id, r.integration_id,
        -- As in start_queued_slot.
        r.notice is distinct from 'integration_paused' as takes_place
      from public.sync_run_log r where r.status in ('pending', 'running')),
    -- A lane for each type, so that a vendor with a backlog takes no place from the others.
    due as materialized (
      select lane.* from public.sync_integration_types t cross join lateral (
        select i.id, i.org_id, i.next_tick_at from public.sync_integrations i
        where i.integration_type = t.code and i.next_tick_at <= now()
          and i.org_id not in (select a.org_id from active a
              where a.takes_place group by a.org_id having count(*) >= settings.max_active_per_org)
        order by i.next_tick_at
        limit least(batch_size, greatest(0, settings.max_active_per_type - (
          select count(*) from active a where a.takes_place and a.integration_type = t.code)))
        for no key update skip locked) lane),
    ranked as (
      select d.id, row_number() over (partition by d.org_id order by d.next_tick_at) + (
        select count(*) from active a where a.takes_place and a.org_id = d.org_id) as place
      from due d),
    -- What is only recorded needs no place: of a stopped integration, and of one whose own run is active.
    refused as materialized (
      select i.id from public.sync_integrations i
      where i.next_tick_at <= now() and (not i.enabled or i.paused_at is not null)
        and sync_scheduler.is_stopped(i)
      order by i.next_tick_at limit batch_size for no key update skip locked),
    overlapping as materialized (
      select i.id from active a join public.sync_integrations i on i.id = a.integration_id
      where i.next_tick_at <= now() limit batch_size for no key update of i skip locked)
    select array_agg(found.id) from (
      select r.id from ranked r where r.place <= settings.max_active_per_org
      union select f.id from refused f union select o.id from overlapping o
    ) found);
end;
$$;

-- Lets one transaction at a time start runs, or two would both count the same free place. Waits for half a
-- second, since the other one is usually about to commit; false: it is busy with the very work of the caller.
create or replace function sync_scheduler.lock_starts() returns boolean
language plpgsql set search_path = pg_catalog, pg_temp set lock_timeout = '500ms' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('sync_scheduler.start', 0));
  return true;
exception when lock_not_available then
  return false;
end;
$$;

-- Puts an integration whose slot could not be started at the back of the queue for a minute, and writes the
-- reason into postponed_slots. The slot stays due: it runs late, or is recorded as missed.
create or replace function sync_scheduler.postpone_slot(integration_id uuid, reason text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  with postponed as (
    update public.sync_integrations i set next_tick_at = now() + interval '1 minute'
    -- The lock was free since the failure: a new schedule of an admin may have dealt with the slot.
    where i.id = postpone_slot.integration_id and i.next_tick_at <= now() returning i.id, i.next_run_at)
  insert into sync_scheduler.postponed_slots (integration_id, scheduled_for, reason)
  select p.id, p.next_run_at, left(postpone_slot.reason, 500) from postponed p
  on conflict on constraint postponed_slots_pkey do update set
    scheduled_for = excluded.scheduled_for, reason = excluded.reason, postponed_at = excluded.postponed_at;
exception when others then
  -- Then it comes first again: no worse than before.
  raise warning 'sync_scheduler.postpone_slot: % (%)', sqlerrm, sqlstate;
end;
$$;
