-- $1 organisations, each with an integration that has a schedule; none is due. A dozen schedules and zones,
-- as many tenants share them in life; the slots are spread over a month.
with orgs as (
  insert into public.organizations (name) select 'Scheduled ' || n
  from generate_series(1, $1::integer) n returning id
), numbered as (
  select id, row_number() over () as n from orgs
)
insert into public.sync_integrations (org_id, integration_type, schedule, time_zone, next_run_at,
  next_tick_at)
select o.id, 'webhook',
  (array['0 2 * * *', '30 2 * * *', '0 * * * *', '*/15 * * * *'])[1 + n % 4],
  (array['Europe/Oslo', 'America/New_York', 'UTC'])[1 + n % 3],
  slot, slot
from numbered o, lateral (
  select date_trunc('minute', now()) + interval '1 day' + (n * 7919) % 43200 * interval '1 minute' as slot
) s
