create or replace function sync_scheduler.retry_or_fail(
  run public.sync_run_log,
  error_class sync_scheduler.error_class,
  error_code text,
  error_message text,
  blames sync_scheduler.blames,
  retry_after interval default null
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
  in_a_row integer;
  burnt integer;
  backoff interval;
  -- Null unless the failure is a refusal that may pass by itself.
  refusal interval := case when error_class = 'permanent' then sync_scheduler.refusal_backoff(run, error_code, blames) end;
begin
  if error_class = 'rate_limited' or blames = 'quota' then
    perform sync_scheduler.set_health(run.integration_id, 'degraded', coalesce(error_code, 'unknown'),
      coalesce(error_message, 'The external system asks us to slow down.'));
  end if;
  if run.cancel_requested_at is not null then
    -- Whatever becomes of this run, the next one would meet the same.
    if error_class = 'permanent' and refusal is null then
      run.error_code := retry_or_fail.error_code;
      run.error_message := retry_or_fail.error_message;
      perform sync_scheduler.note_failed_run(run);
    end if;
    perform sync_scheduler.finish_run(run.run_id, 'cancelled');
    return;
  end if;

  select * into strict integration from public.sync_integrations i where i.id = run.integration_id;
  if blames = 'vendor' then
    -- Health before the vendor: what follows may write it.
    perform from public.sync_integration_health h where h.integration_id = run.integration_id for no key update;
    perform sync_scheduler.note_vendor_failure(integration, error_class::text, blames);
  end if;
  select f.in_a_row, f.burnt into in_a_row, burnt from sync_scheduler.count_failures(run) f;
  -- A wait and a refusal that may pass burn no attempt, also when a batch that was set aside has burnt all of them.
  if (error_class = 'permanent' and refusal is null)
    or (burnt >= integration.max_attempts and error_class not in ('rate_limited', 'permanent'))
  then
    perform sync_scheduler.finish_run(run.run_id, 'failed', error_code, error_message);
    return;
  end if;
  backoff := coalesce(refusal, greatest(retry_after, sync_scheduler.retry_backoff(integration.retry_base, in_a_row),
    -- A vendor that asks us to slow down is not asked again at once, even if it does not say how long.
    case when error_class = 'rate_limited' then interval '5 seconds' end));
  -- With a hint it was the vendor who failed, not the start.
  if coalesce(retry_after, interval '0') <= interval '0'
    and sync_scheduler.note_cold_start_failure(run, integration, error_class)
  then
    backoff := interval '0';
  end if;
  perform sync_scheduler.schedule_retry(run, backoff, blames, error_code, error_message, retry_after);
end;
$$;
revoke all on function sync_scheduler.retry_or_fail(
  public.sync_run_log, sync_scheduler.error_class, text, text, sync_scheduler.blames, interval)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.retry_or_fail(
  public.sync_run_log, sync_scheduler.error_class, text, text, sync_scheduler.blames, interval) is
  'Decides what becomes of a run whose attempt has just ended in an error: cancelled if that was asked for, failed '
  'if the error is permanent (which the integration''s health then says; a refusal may pass, see refusal_backoff) or the attempts are used up, else pending until its backoff is over. retry_after is the '
  'vendor''s hint and a lower bound, see schedule_retry. The first failure on a cold start is retried at once, if the vendor gave no hint.';
