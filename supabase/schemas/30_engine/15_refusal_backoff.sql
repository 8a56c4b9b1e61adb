create or replace function sync_scheduler.refusal_backoff(
  run public.sync_run_log, error_code text, blames sync_scheduler.blames
) returns interval
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  patience constant interval := interval '10 minutes';
  refusals integer;
  first_at timestamptz;
begin
  if blames is not distinct from 'entry' or sync_scheduler.is_own_refusal(refusal_backoff.error_code) then
    return null;
  end if;
  select count(*), min(a.ended_at) into refusals, first_at from sync_scheduler.run_attempts a
  where a.run_id = run.run_id and a.error_class = 'permanent';
  if first_at + patience <= now() or not exists (
    select from public.sync_integration_health h
    where h.integration_id = run.integration_id and h.last_success_at > first_at - interval '1 hour')
  then
    return null;
  end if;
  return least(interval '30 seconds' * power(2, least(refusals, 10) - 1), first_at + patience - now());
end;
$$;
revoke all on function sync_scheduler.refusal_backoff(public.sync_run_log, text, sync_scheduler.blames)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.refusal_backoff(public.sync_run_log, text, sync_scheduler.blames) is
  'How long to wait before a refusal is tried again, of a run whose attempt has just ended as permanent: 30 s, 1, 2, 4 minutes, until '
  'ten minutes after the first refusal of this run. Only if the vendor took entries within an hour before that, with the present '
  'config and credentials (last_success_at). Null: the refusal is final. The caller holds the run''s row lock.';
