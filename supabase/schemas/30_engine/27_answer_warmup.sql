create or replace function sync_scheduler.answer_warmup(
  scheduled_for timestamptz, token text, boot_id uuid, boot_ms numeric, cold_start boolean
) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  hash bytea := sha256(convert_to(answer_warmup.token, 'UTF8'));
begin
  -- A compare-and-set: of two deliveries one is recorded, and a token works once. A late one is recorded as what it is:
  -- warmup_statistics counts a warm-up only if it was answered before its slot.
  update sync_scheduler.warmups w set
    answered_at = now(),
    boot_id = answer_warmup.boot_id,
    -- Bounded as in claim_attempt.
    boot_ms = case when answer_warmup.boot_ms is not null then least(greatest(answer_warmup.boot_ms, 0), 3600000) end,
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
revoke all on function sync_scheduler.answer_warmup(timestamptz, text, uuid, numeric, boolean)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.answer_warmup(timestamptz, text, uuid, numeric, boolean) is
  'Records that the isolate that a warm-up was for is up, at most once. boot_ms is in milliseconds. Errors: PT401 '
  'invalid_token (also for a slot without a warm-up), PT409 already_claimed (answered before).';
