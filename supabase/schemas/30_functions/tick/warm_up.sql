-- Boots the function before a slot.

-- Posts one warm-up to the Edge Function for the next slot that comes within settings.warmup_lead and will
-- run, however many integrations share it. Returns whether it did. Nothing without settings.function_url.
-- Safe at any time, by anyone, at once.
create or replace function sync_scheduler.warm_up() returns boolean
language plpgsql set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off set lock_timeout = '100ms' as $$
declare
  settings sync_scheduler.settings;
  slot timestamptz;
  token text;
begin
  select * into strict settings from sync_scheduler.settings;
  if settings.function_url is null or settings.warmup_lead = interval '0' then
    return false;
  end if;

  -- One look into sync_integrations_next_run_idx. Slots are minutes, so no second one lies within the lead.
  --
  -- Why the warm-up comes 15 to 45 s before the slot: of the ticks only the one every 30 s comes between two
  -- minutes, and nobody chooses at which second. A window of 45 s has one of its ticks at least 15 s before
  -- the slot, whichever second that is, and the first in it sends. 15 s are enough for a boot and for pg_net
  -- to have done with the request; 45 s are little enough for the isolate to take requests still, which on
  -- the free plan it does for 75 s.
  select i.next_run_at into slot from public.sync_integrations i
  where i.next_run_at > now() and i.next_run_at <= now() + settings.warmup_lead
    and i.enabled and (i.paused_at is null or i.resume_at <= i.next_run_at)
  order by i.next_run_at limit 1;
  if slot is null then
    return false;
  end if;

  -- 244 random bits, as in dispatch_attempts.
  token := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  -- The unique key decides, so the row comes before the request. Sent once: what a lost one costs is a cold
  -- start.
  insert into sync_scheduler.warmups (scheduled_for, token_hash)
  values (slot, sha256(convert_to(token, 'UTF8'))) on conflict do nothing;
  if not found then
    return false;
  end if;
  update sync_scheduler.warmups w set request_id = net.http_post(
    url := settings.function_url,
    body := jsonb_build_object('kind', 'warmup', 'scheduled_for', slot, 'token', token),
    headers := '{"Content-Type": "application/json"}',
    -- pg_net waits for the slowest of a batch: this one must be over when the slot's runs are posted.
    timeout_milliseconds := least(10000, extract(epoch from settings.dispatch_timeout) * 1000)::integer)
  where w.scheduled_for = slot;
  return true;
exception when lock_not_available then
  -- Another tick has inserted the row and not ended yet. If it is rolled back, the next one sends.
  return false;
end;
$$;

-- Definer, because the service role has no rights in sync_scheduler. The warm-up's token is the check of the
-- caller.
create or replace function public.sync_worker_warm(
  scheduled_for timestamptz, token text, boot_id uuid, boot_ms numeric, cold_start boolean
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_text('token', sync_worker_warm.token);
  return sync_scheduler.answer_warmup(scheduled_for, token, boot_id, boot_ms, cold_start);
end;
$$;
revoke all on function public.sync_worker_warm(timestamptz, text, uuid, numeric, boolean)
  from public, anon, authenticated, service_role;
comment on function public.sync_worker_warm(timestamptz, text, uuid, numeric, boolean) is
  'For the Edge Function (service role and warm-up token): see sync_scheduler.answer_warmup. Reports that '
  'the isolate is up, at most once.';

-- Records that the isolate that a warm-up was for is up, at most once. boot_ms is in milliseconds. Errors:
-- PT401 invalid_token (also for a slot without a warm-up), PT409 already_claimed (answered before).
create or replace function sync_scheduler.answer_warmup(
  scheduled_for timestamptz, token text, boot_id uuid, boot_ms numeric, cold_start boolean
) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  hash bytea := sha256(convert_to(answer_warmup.token, 'UTF8'));
begin
  -- A compare-and-set: of two deliveries one is recorded, and a token works once. A late one is recorded as
  -- what it is: warmup_statistics counts a warm-up only if it was answered before its slot.
  update sync_scheduler.warmups w set
    answered_at = now(),
    boot_id = answer_warmup.boot_id,
    -- Bounded as in claim_attempt.
    boot_ms = case when answer_warmup.boot_ms is not null
      then least(greatest(answer_warmup.boot_ms, 0), 3600000) end,
    cold_start = answer_warmup.cold_start
  where w.scheduled_for = answer_warmup.scheduled_for and w.token_hash = hash and w.answered_at is null;
  if not found then
    perform sync_scheduler.raise_error(case when exists (
      select from sync_scheduler.warmups w
      where w.scheduled_for = answer_warmup.scheduled_for and w.token_hash = hash)
      then 'already_claimed' else 'invalid_token' end);
  end if;
  return '{"recorded": true}'::jsonb;
end;
$$;
