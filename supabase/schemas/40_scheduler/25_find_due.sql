create or replace function sync_scheduler.find_due(batch_size integer) returns uuid[]
language plpgsql set search_path = '' as $$
begin
  return (
    with active as materialized (
      select r.integration_type, r.org_id from public.sync_run_log r where r.status in ('pending', 'running')
    ),
    -- A lane for each type, so that a vendor with a backlog takes no place from the others.
    due as materialized (
      select lane.id, lane.org_id, lane.next_tick_at
      from public.sync_integration_types t, sync_scheduler.settings s,
        lateral (
          select i.id, i.org_id, i.next_tick_at from public.sync_integrations i
          where i.integration_type = t.code and i.next_tick_at <= now()
            and i.org_id not in (
              select a.org_id from active a group by a.org_id having count(*) >= s.max_active_per_org)
          order by i.next_tick_at
          limit least(batch_size, greatest(0, s.max_active_per_type - (
            select count(*) from active a where a.integration_type = t.code)))
          -- What another tick, a trigger or an admin holds is dealt with by the next tick.
          for no key update skip locked
        ) lane
    )
    select array_agg(ranked.id order by ranked.next_tick_at) from (
      select d.*, row_number() over (partition by d.org_id order by d.next_tick_at) + (
        select count(*) from active a where a.org_id = d.org_id) as place
      from due d
    ) ranked, sync_scheduler.settings s
    where ranked.place <= s.max_active_per_org
  );
end;
$$;
revoke all on function sync_scheduler.find_due(integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.find_due(integer) is
  'Locks due integrations, up to batch_size of each type, the longest due first, and returns their ids (null: none). As many '
  'as settings.max_active_per_type and max_active_per_org leave room for. Two callers at once get different ones.';
