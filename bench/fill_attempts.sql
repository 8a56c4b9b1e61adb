-- One ended attempt for each run of fill_log.sql.
insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, request_id, dispatched_at,
  response_status, claimed_at, boot_id, boot_ms, cold_start, heartbeat_at, lease_expires_at, ended_at,
  outcome)
select r.run_id, 1, sha256(convert_to(r.run_id::text, 'UTF8')), 1, r.triggered_at, 202,
  r.started_at, gen_random_uuid(), 40, false, r.finished_at, r.finished_at + interval '1 minute',
  r.finished_at, 'succeeded'
from public.sync_run_log r
