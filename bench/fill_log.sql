-- Ended runs, the oldest first as they come in life; every fifth belongs to tenant 1, the rest is spread over
-- all others; every fourth is manual. Of 50 one has failed. $1: how many.
with counted as (select count(*)::integer as tenants from bench.tenants)
insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by,
  triggered_by_user_id, triggered_at, deadline_at, started_at, finished_at, entries_total, entries_done)
select t.org_id, t.integration_id, 'webhook',
  case when (s.n / 5) % 50 = 7 then 'failed' else 'succeeded' end::public.sync_run_status,
  case when (s.n / 5) % 4 = 0 then 'manual' else 'api' end::public.sync_run_trigger, gen_random_uuid(),
  m.moment, m.moment + interval '6 hours', m.moment + interval '1 second', m.moment + interval '9 seconds',
  40, 40
from generate_series(1, $1::integer) s(n), counted,
  lateral (select now() - interval '1 day' - ($1::integer - s.n) * interval '10 seconds' as moment) m,
  lateral (select case when s.n % 5 = 0 then 1 else 2 + s.n % (counted.tenants - 1) end as n) pick
join bench.tenants t on t.n = pick.n
