create or replace function sync_scheduler.choose_checks(
  integration_ids uuid[], out asked uuid[], out postponed uuid[]
)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  settings sync_scheduler.settings;
begin
  select * into strict settings from sync_scheduler.settings;
  with looked as materialized (
    select i.id, i.integration_type, v.host, h.next_check_at,
      -- What its own check or run showed lately is what its credentials are; that the host answers, somebody else can show.
      v.host is not null and h.status = 'healthy' and h.consecutive_failures = 0 and h.passive_since is null
        and (h.checked_at > now() - settings.own_check_interval or exists (
          select from public.sync_run_log r
          where r.integration_id = i.id and r.status = 'succeeded' and r.finished_at > now() - settings.own_check_interval
            and r.entries_done + r.entries_failed > 0)) as proved,
      -- A little less than the interval, or the answer to its own last check would do for the next one.
      a.answered_at > greatest(a.failed_at, now() - i.health_check_interval * 0.9) as answered
    from public.sync_integrations i
    join public.sync_integration_health h on h.integration_id = i.id
    -- The offset has it computed once a row, not wherever it is named.
    cross join lateral (select sync_scheduler.vendor_host(i) as host offset 0) v
    left join sync_scheduler.vendors a on a.integration_type = i.integration_type and a.host = v.host
    where i.id = any (integration_ids)
      -- What a run that is under way meets is news enough, and the vendor is busy with it.
      and not exists (
        select from public.sync_run_log r where r.integration_id = i.id and r.status = 'running')
      and not exists (
        select from sync_scheduler.probes p where p.integration_id = i.id and p.ended_at is null)
  ), placed as (
    select l.*, row_number() over (
      partition by l.integration_type, l.host order by l.proved, l.next_check_at) as place
    from looked l
  )
  select
    array_agg(p.id) filter (where not p.proved or (p.answered is not true and p.place = 1)),
    -- Their vendor is asked just now by another one, whose answer will do.
    array_agg(p.id) filter (where p.proved and p.answered is not true and p.place > 1)
  into asked, postponed from placed p;
end;
$$;
revoke all on function sync_scheduler.choose_checks(uuid[]) from public, anon, authenticated, service_role;
comment on function sync_scheduler.choose_checks(uuid[]) is
  'Of integrations whose turn it is to be checked: which have to ask their vendor, and which are to look again soon. For the '
  'others a run is under way or a check open, or somebody else has shown that the host answers while their own credentials were '
  'found good within settings.own_check_interval.';
