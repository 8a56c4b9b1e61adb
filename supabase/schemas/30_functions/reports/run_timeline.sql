-- Definer, because attempts and ticks are private. The caller's role is checked before they are read.
create or replace function public.sync_run_timeline(run_id uuid)
returns table (attempt integer, step text, at timestamptz, detail jsonb)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  run public.sync_run_log;
begin
  select * into run from public.sync_run_log r where r.run_id = sync_run_timeline.run_id;
  -- A run that does not exist has no organisation: the same answer as for a foreign one.
  perform sync_scheduler.require_org_role(run.org_id, '{admin,coordinator,viewer}');
  if run.run_id is null then
    perform sync_scheduler.raise_error('not_authorized');
  end if;

  return query
  (select s.attempt, s.step, s.at, jsonb_strip_nulls(s.detail)
  from sync_scheduler.run_attempts a
  -- A tick and what it queues have the instant of their transaction in common.
  left join sync_scheduler.ticks t
    on t.ticked_at = case when a.attempt = 1 then run.triggered_at else a.dispatched_at end
  -- Ids start again after a crash of pg_net, so an answer must be as young. pg_net has an index for that.
  left join net._http_response h on h.id = a.request_id
    and h.created between a.dispatched_at and a.dispatched_at + interval '5 minutes'
  cross join lateral (values
    (a.attempt, 1, 'due', case when a.attempt = 1 then coalesce(run.scheduled_for, run.triggered_at) end,
      jsonb_build_object('triggered_by', run.triggered_by)),
    (a.attempt, 2, 'ticked', t.ticked_at, jsonb_build_object('duration_ms', t.duration_ms)),
    (a.attempt, 3, 'queued', a.dispatched_at, jsonb_build_object('dispatches', a.dispatch_count)),
    (a.attempt, 4, 'accepted', h.created,
      jsonb_build_object('status', h.status_code, 'error', left(h.error_msg, 200))),
    (a.attempt, 5, 'booted', a.claimed_at,
      jsonb_build_object('cold_start', a.cold_start, 'boot_ms', a.boot_ms)),
    (a.attempt, 6, 'claimed', a.claimed_at, '{}'),
    -- The worker began to measure before the claim's transaction: in a short run it would come after the end.
    (a.attempt, 7, 'first_vendor_byte',
      least(a.claimed_at + a.first_vendor_byte_ms * interval '1 millisecond', a.ended_at),
      jsonb_build_object('ms_after_claim', a.first_vendor_byte_ms)),
    (a.attempt, 8, 'finished', a.ended_at, jsonb_build_object('outcome', a.outcome, 'error_class',
      a.error_class, 'error_code', a.error_code, 'error_message', a.error_message, 'blames', a.blames))
  ) s (attempt, number, step, at, detail)
  where a.run_id = run.run_id and s.at is not null order by s.attempt, s.number)
  union all
  -- A slot that was skipped never had an attempt.
  select 0, s.step, s.at, jsonb_strip_nulls(s.detail)
  from (values
    ('due', run.scheduled_for, jsonb_build_object('triggered_by', run.triggered_by)),
    ('finished', run.finished_at, jsonb_build_object('outcome', run.status, 'skip_reason', run.skip_reason))
  ) s (step, at, detail) where run.status = 'skipped';
end;
$$;
revoke all on function public.sync_run_timeline(uuid) from public, anon, authenticated, service_role;
comment on function public.sync_run_timeline(uuid) is
$$Where a run's time went: one row for each step of each `attempt`, with its instant (`at`) and `detail`.
A step that did not happen, or is no longer kept, is missing. For members and the service role. The steps:

- `due`: the slot, or the press;
- `ticked`: the tick queued it;
- `queued`: it was last posted to pg_net (`dispatches`);
- `accepted`: pg_net posted the request that the function then answered (`status`); kept for 6 hours;
- `booted`: the function was up (`cold_start`, `boot_ms`);
- `claimed`: the function took the attempt;
- `first_vendor_byte`: the external system first answered;
- `finished`: the attempt ended (`outcome`, `error_code`, `error_message`).

A skipped slot had no attempt: as attempt 0 it has `due`, and `finished` with `skip_reason`.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized.$$;
