create or replace function sync_scheduler.require_cooldown_over(integration public.sync_integrations)
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  retry_at timestamptz := (
    select r.triggered_at + integration.manual_cooldown from public.sync_run_log r
    -- As a range, in the order of one index: of plain conditions the index of the organisation's runs would seem as good to
    -- who plans for an empty log, and be read row by row in a long one.
    where (r.integration_id, r.org_id, r.triggered_by) between (integration.id, integration.org_id, 'manual'::public.sync_run_trigger)
      and (integration.id, integration.org_id, 'manual'::public.sync_run_trigger)
    order by r.integration_id, r.org_id, r.triggered_by, r.triggered_at desc limit 1);
begin
  if retry_at > now() then
    perform sync_scheduler.raise_error('rate_limited', jsonb_build_object(
      'retry_after_seconds', ceil(extract(epoch from retry_at - now())),
      'retry_at', retry_at));
  end if;
end;
$$;
revoke all on function sync_scheduler.require_cooldown_over(public.sync_integrations)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_cooldown_over(public.sync_integrations) is
  'Refuses (PT429 rate_limited) while the newest manual run, whatever became of it, is younger than manual_cooldown; '
  'exactly that old is old enough.';
