-- Posts one warm-up to the Edge Function for the next slot that comes within settings.warmup_lead and will
-- run, however many integrations share it. Returns whether it did. Nothing without settings.function_url.
-- Safe at any time, by anyone, at once.
create or replace function sync_scheduler.warm_up() returns boolean
language plpgsql set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off set lock_timeout = '100ms' as $$
declare
  token constant text := sync_scheduler.new_token();
  settings constant sync_scheduler.settings := (select s from sync_scheduler.settings s);
  slot timestamptz;
begin
  -- Slots are minutes, so no second one lies within the lead. A window of 45 s always has a tick of every 30
  -- s at least 15 s before the slot. That is enough for a boot and for pg_net to finish the request. After 45
  -- s the isolate still takes requests: on the free plan it does so for 75 s.
  -- The unique key decides, so the row comes before the request. A lost one costs a cold start.
  insert into sync_scheduler.warmups (scheduled_for, token_hash)
  select i.next_run_at, sha256(convert_to(token, 'UTF8')) from public.sync_integrations i
  where settings.function_url is not null
    and i.next_run_at > now() and i.next_run_at <= now() + settings.warmup_lead
    and i.enabled and (i.paused_at is null or i.resume_at <= i.next_run_at)
  order by i.next_run_at limit 1 on conflict do nothing returning scheduled_for into slot;
  if slot is null then
    return false;
  end if;
  -- It must be over when the slot's runs are posted.
  update sync_scheduler.warmups w set request_id = sync_scheduler.call_function('warmup',
    jsonb_build_object('scheduled_for', slot, 'token', token), at_most := interval '10 seconds')
  where w.scheduled_for = slot;
  return true;
exception when lock_not_available then
  -- Another tick has inserted the row and not ended yet. If it is rolled back, the next one sends.
  return false;
end;
$$;

-- Definer, because the service role has no rights in sync_scheduler. The warm-up's token checks the caller.
create or replace function public.sync_worker_warm(
  scheduled_for timestamptz, token text, boot_id uuid, boot_ms numeric, cold_start boolean) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  warmup sync_scheduler.warmups;
  refusal text;
begin
  select * into warmup from sync_scheduler.warmups w
  where w.scheduled_for = sync_worker_warm.scheduled_for
    and w.token_hash = sha256(convert_to(sync_worker_warm.token, 'UTF8')) for no key update;
  -- Without a time limit, for warmup_statistics counts only warm-ups that were answered before their slot.
  refusal := sync_scheduler.claim_refusal(warmup.requested_at, warmup.answered_at);
  if refusal is not null then
    perform sync_scheduler.raise_error(refusal);
  end if;
  update sync_scheduler.warmups w set
    answered_at = now(), boot_id = sync_worker_warm.boot_id, cold_start = sync_worker_warm.cold_start,
    -- Bounded as in sync_worker_claim.
    boot_ms = case when sync_worker_warm.boot_ms is not null
      then least(greatest(sync_worker_warm.boot_ms, 0), 3600000) end
  where w.scheduled_for = warmup.scheduled_for;
  return '{"recorded": true}'::jsonb;
end;
$$;
revoke all on function public.sync_worker_warm(timestamptz, text, uuid, numeric, boolean)
  from public, anon, authenticated, service_role;
comment on function public.sync_worker_warm(timestamptz, text, uuid, numeric, boolean) is
  'For the Edge Function (service role and the warm-up''s token). Records, once, that the isolate is up that '
  'the warm-up of the slot scheduled_for was for. boot_ms: how long it took, in milliseconds. Returns '
  'recorded. Errors: PT401 invalid_token (also for a slot without a warm-up), PT409 already_claimed.';
