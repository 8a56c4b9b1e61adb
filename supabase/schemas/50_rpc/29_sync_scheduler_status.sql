-- Definer, because the scheduler's tables are private. Tells nothing about any organisation, so that any signed-in person may ask.
create or replace function public.sync_scheduler_status()
returns table (ticking boolean, last_tick_at timestamptz, seconds_since_tick numeric, jobs_active boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
begin
  if not sync_scheduler.acts_for_all() then
    perform sync_scheduler.require_signed_in();
  end if;
  return query select sync_scheduler.is_ticking(), sync_scheduler.last_tick_at(),
    round(extract(epoch from now() - sync_scheduler.last_tick_at()), 3),
    coalesce((select bool_or(j.active) from cron.job j where j.jobname = 'sync-scheduler-tick'), false);
end;
$$;
revoke all on function public.sync_scheduler_status() from public, anon, authenticated, service_role;
grant execute on function public.sync_scheduler_status() to authenticated, service_role;
comment on function public.sync_scheduler_status() is
  'Is the scheduler alive? ticking: it ticked within settings.silent_after (2 minutes); last_tick_at: null if never; '
  'jobs_active: pg_cron has its job and has not paused it. For anyone signed in, the service role and the host. '
  'Errors: PT401 not_authenticated, PT401 unsupported_identity.';
