create or replace function sync_scheduler.health_after(error_class text, blames sync_scheduler.blames)
returns public.sync_health_status
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return case
    when blames = 'configuration' then 'needs_attention'
    -- The external system has answered: the connection works.
    when blames in ('quota', 'entry') or error_class = 'rate_limited' then 'degraded'
    else 'unhealthy' end::public.sync_health_status;
end;
$$;
revoke all on function sync_scheduler.health_after(text, sync_scheduler.blames) from public, anon, authenticated, service_role;
comment on function sync_scheduler.health_after(text, sync_scheduler.blames) is
  'How an integration is after a check or a run that failed like this.';
