create or replace function sync_scheduler.require_cooldown_over(integration public.sync_integrations)
returns void
language plpgsql stable set search_path = '' as $$
declare
  retry_at timestamptz := (
    select r.triggered_at + integration.manual_cooldown from public.sync_run_log r
    where r.integration_id = integration.id and r.org_id = integration.org_id and r.triggered_by = 'manual'
    order by r.triggered_at desc limit 1);
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
