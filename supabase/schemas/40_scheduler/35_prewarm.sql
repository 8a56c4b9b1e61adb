create or replace function sync_scheduler.prewarm() returns boolean
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '100ms' as $$
declare
  settings sync_scheduler.settings;
  slot timestamptz;
  token text;
begin
  select * into strict settings from sync_scheduler.settings;
  if settings.function_url is null or settings.warmup_lead = interval '0' then
    return false;
  end if;

  -- One probe of sync_integrations_next_run_idx. Slots are minutes, so no second one lies within the lead.
  --
  -- Why the warm-up comes 15 to 45 s before the slot: of the ticks only the one every 30 s comes between two minutes, and
  -- nobody chooses at which second. A window of 45 s has one of its ticks at least 15 s before the slot, whichever second
  -- that is, and the first in it sends. 15 s are enough for a boot and for pg_net to have done with the request; 45 s are
  -- little enough for the isolate to take requests still, which on the free plan it does for 75 s.
  select i.next_run_at into slot from public.sync_integrations i
  where i.next_run_at > now() and i.next_run_at <= now() + settings.warmup_lead
    and i.enabled and (i.paused_at is null or i.resume_at <= i.next_run_at)
  order by i.next_run_at limit 1;
  if slot is null then
    return false;
  end if;

  -- 244 random bits, as in dispatch_attempts.
  token := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  -- The unique key decides, so the row comes before the request. Sent once: what a lost one costs is a cold start.
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
revoke all on function sync_scheduler.prewarm() from public, anon, authenticated, service_role;
comment on function sync_scheduler.prewarm() is
  'Posts one warm-up to the Edge Function for the next slot that comes within settings.warmup_lead and will run, however '
  'many integrations share it. Returns whether it did. Nothing without settings.function_url. Safe at any time, by '
  'anyone, at once.';
