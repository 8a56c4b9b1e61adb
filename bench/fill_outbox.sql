-- An outbox of one integration: $2 exported entries in batches of 100 and runs of 1,000, and $3 that wait
-- behind them. A neighbour, $4, has $5 that wait and as many conflicts: a tenant's backlog costs no other
-- tenant anything. One came each second. The trigger that makes the hash is off
-- while it is filled.
insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload,
  payload_hash, state, batch_id, sent_at, run_id, external_id, exported_at, conflict_at,
  conflict_payload_hash, conflict_content, created_at)
select s.integration_id, 'entry ' || s.n, '2026-10', 'B-' || s.n, c.payload,
  sync_scheduler.entry_hash('2026-10', 'B-' || s.n, c.payload),
  case when s.is_out then 'exported' else 'pending' end::public.sync_entry_state,
  case when s.is_out then md5(s.integration_id || ' batch ' || s.n / 100)::uuid end,
  case when s.is_out then now() end,
  case when s.is_out then md5(s.integration_id || ' run ' || s.n / 1000)::uuid end,
  case when s.is_out then 'X-' || s.n end,
  case when s.is_out then now() - ($2::integer + $3::integer - s.n) * interval '1 second' end,
  case when s.is_out and s.is_neighbour then now() end,
  case when s.is_out and s.is_neighbour then '\x00'::bytea end,
  case when s.is_out and s.is_neighbour then '{}'::jsonb end,
  now() - ($2::integer + $3::integer - s.n) * interval '1 second'
from (
  select $1::uuid as integration_id, false as is_neighbour, n, n <= $2::integer as is_out
  from generate_series(1, $2::integer + $3::integer) n
  union all
  select $4::uuid, true, n, n <= $5::integer from generate_series(1, 2 * $5::integer) n) s,
  lateral (select jsonb_build_object('date', '2026-10-31', 'amount', '1.00') as payload) c
