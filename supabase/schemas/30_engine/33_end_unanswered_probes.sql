create or replace function sync_scheduler.end_unanswered_probes(batch_size integer default 100) returns integer
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  unanswered integer;
begin
  with over as (
    update sync_scheduler.probes p set ended_at = clock_timestamp()
    where p.integration_id = any (array(
      select o.integration_id
      from sync_scheduler.probes o join public.sync_integration_health h on h.integration_id = o.integration_id
      where o.ended_at is null and o.requested_at <= clock_timestamp() - (
        select s.probe_timeout from sync_scheduler.settings s)
      -- Of both: a tick waits for nobody's lock.
      order by o.requested_at limit batch_size for no key update of o, h skip locked))
    returning p.integration_id
  )
  -- It says nothing of the external system: what was known of that stays.
  update public.sync_integration_health h set
    checked_at = clock_timestamp(),
    latency_ms = null,
    last_error_code = 'check_unanswered',
    last_error_message = 'The connection check was not answered: the sync function did not report back. Try again.'
  from over where h.integration_id = over.integration_id;
  get diagnostics unanswered = row_count;
  return unanswered;
end;
$$;
revoke all on function sync_scheduler.end_unanswered_probes(integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.end_unanswered_probes(integer) is
  'Ends connection checks that are older than settings.probe_timeout, so that who waits for one hears of it. status stays. '
  'Returns how many. Safe at any time, by anyone, at once.';
