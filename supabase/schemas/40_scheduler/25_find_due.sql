create or replace function sync_scheduler.find_due(batch_size integer) returns uuid[]
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  settings sync_scheduler.settings;
begin
  select * into strict settings from sync_scheduler.settings;
  -- What another tick, a trigger or an admin holds is skipped, and dealt with by the next tick.
  return (
    with active as materialized (
      select r.integration_type, r.org_id, r.integration_id,
        -- As in has_room.
        r.status = 'running' or r.notice is distinct from 'integration_paused' as takes_place
      from public.sync_run_log r where r.status in ('pending', 'running')
    ),
    -- A lane for each type, so that a vendor with a backlog takes no place from the others.
    due as materialized (
      select lane.* from public.sync_integration_types t cross join lateral (
        select i.id, i.org_id, i.next_tick_at from public.sync_integrations i
        where i.integration_type = t.code and i.next_tick_at <= now()
          and i.org_id not in (
            select a.org_id from active a where a.takes_place group by a.org_id having count(*) >= settings.max_active_per_org)
        order by i.next_tick_at
        limit least(batch_size, greatest(0, settings.max_active_per_type - (
          select count(*) from active a where a.takes_place and a.integration_type = t.code)))
        for no key update skip locked) lane
    ),
    ranked as (
      select d.id, row_number() over (partition by d.org_id order by d.next_tick_at) + (
        select count(*) from active a where a.takes_place and a.org_id = d.org_id) as place
      from due d
    ),
    -- What is only recorded needs no place: of paused and disabled integrations, and of those whose own run is active.
    refused as materialized (
      select i.id from public.sync_integrations i
      where i.next_tick_at <= now() and (not i.enabled or i.paused_at is not null)
        and (not i.enabled or sync_scheduler.is_paused(i))
      order by i.next_tick_at limit batch_size for no key update skip locked
    ),
    overlapping as materialized (
      select i.id from active a join public.sync_integrations i on i.id = a.integration_id
      where i.next_tick_at <= now() limit batch_size for no key update of i skip locked
    )
    select array_agg(found.id) from (
      select r.id from ranked r where r.place <= settings.max_active_per_org
      union select f.id from refused f union select o.id from overlapping o
    ) found
  );
end;
$$;
revoke all on function sync_scheduler.find_due(integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.find_due(integer) is
  'Locks due integrations, up to batch_size of each type, the longest due first, and returns their ids (null: none). Of those '
  'that would be started, as many as settings.max_active_per_type and max_active_per_org leave room for.';
