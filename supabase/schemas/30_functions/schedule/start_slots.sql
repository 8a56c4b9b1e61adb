-- Deals with the due slot of each of these integrations: starts its run, lets it wait (buffer_one) or records
-- why not, and advances next_run_at. An integration with several due slots is only brought to the last of
-- them and stays due. The caller holds the integrations' locks. Errors: PT503 function_url_not_configured.
create or replace function sync_scheduler.start_slots(
  integration_ids uuid[], out started integer, out skipped integer)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  started_runs public.sync_run_log[];
  came_late uuid[];
  were_waiting integer;
  late public.sync_integrations;
  slots timestamptz[];
begin
  -- A dead worker holds up no slot: its run is moved on, or ends, before it could make a slot overlap.
  perform sync_scheduler.recover_run(a.run_id) from (
    select r.run_id from public.sync_run_log r
    where r.integration_id = any (integration_ids) and r.status in ('pending', 'running')
    for no key update skip locked) a;

  -- A queued slot of the schedule comes before the slot that is due now, which then waits in its place.
  select count(*) filter (where sync_scheduler.start_queued_slot(w.integration_id)) into were_waiting
  from sync_scheduler.queued_slots w
  where w.integration_id = any (integration_ids) and w.triggered_by = 'schedule' and not exists (
    select from public.sync_run_log r
    where r.integration_id = w.integration_id and r.status in ('pending', 'running'));

  -- One statement for the whole batch. The caller holds the integrations' locks, so what it sees stays true.
  with due as materialized (
    select i as integration, i.* from public.sync_integrations i where i.id = any (integration_ids)),
  -- Many integrations share a schedule: what follows their slot is computed once.
  following as materialized (
    select d.*, sync_scheduler.next_cron_occurrence(d.schedule, d.time_zone, d.next_run_at) as next_slot
    from (select distinct schedule, time_zone, next_run_at from due) d),
  decided as materialized (
    select d.*, f.next_slot, seen.active_by, seen.dealt_with,
      case when seen.dealt_with then null
        else coalesce(sync_scheduler.find_skip_reason(d.integration, d.next_run_at),
          -- A slot that waits is earlier, also when it found no room just now. What an admin makes up for
          -- must not cost a slot of its own time: that one waits.
          case when seen.buffered or (seen.active_by <> 'backfill' and d.overlap_policy = 'skip')
            then 'overlap'::public.sync_skip_reason end) end as reason
    from due d
    join following f using (schedule, time_zone, next_run_at)
    cross join lateral (
      select
        (select r.triggered_by from public.sync_run_log r
          where r.integration_id = d.id and r.status in ('pending', 'running')) as active_by,
        -- The clock may have gone back: a slot that has a row, or waits for a run to end, keeps it at that.
        exists (select from public.sync_run_log r
          where r.integration_id = d.id and r.scheduled_for = d.next_run_at)
        or exists (select from sync_scheduler.queued_slots w
          where w.integration_id = d.id and w.scheduled_for = d.next_run_at) as dealt_with,
        exists (select from sync_scheduler.queued_slots w
          where w.integration_id = d.id and w.triggered_by = 'schedule') as buffered
    ) seen
    where f.next_slot > now()),
  advanced as (
    update public.sync_integrations i set next_run_at = d.next_slot, next_tick_at = d.next_slot
    from decided d where i.id = d.id),
  skips as (
    select sync_scheduler.skip_slots(d.integration, array[d.next_run_at], d.reason) as rows
    from decided d where d.reason is not null),
  buffered as (
    insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
    select d.id, d.next_run_at, 'schedule' from decided d
    where d.reason is null and d.active_by is not null and not d.dealt_with),
  runs as (
    insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, scheduled_for,
      deadline_at)
    select d.org_id, d.id, d.integration_type, 'schedule', d.next_run_at, now() + d.run_deadline
    from decided d where d.reason is null and d.active_by is null and not d.dealt_with
    returning sync_run_log as run)
  select (select array_agg(run) from runs), (select coalesce(sum(rows), 0) from skips),
    (select array_agg(d.id) from due d join following f using (schedule, time_zone, next_run_at)
     where f.next_slot <= now()) into started_runs, skipped, came_late;

  perform sync_scheduler.post_attempt(r) from unnest(started_runs) r;
  started := were_waiting + coalesce(cardinality(started_runs), 0);
  for late in select * from public.sync_integrations i where i.id = any (came_late) loop
    -- All but the last are skipped: coalesced, or missed beyond catchup_window. The last one is started, or
    -- refused, like a slot that came alone. Of a long absence each call deals with 500 slots.
    slots := late.next_run_at || array(select slot from sync_scheduler.cron_occurrences(
      late.schedule, late.time_zone, late.next_run_at, now(), 500) slot);
    update public.sync_integrations i set next_run_at = slots[cardinality(slots)],
      -- An integration with more slots goes to the back: those that are on time come first.
      next_tick_at = case when cardinality(slots) = 501 then now() else slots[cardinality(slots)] end
    where i.id = late.id;
    skipped := skipped + sync_scheduler.skip_slots(late, trim_array(slots, 1), 'coalesced');
    exit when sync_scheduler.is_out_of_time();
  end loop;
end;
$$;
