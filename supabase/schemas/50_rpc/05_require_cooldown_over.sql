create or replace function sync_scheduler.require_cooldown_over(integration public.sync_integrations)
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  next record;
begin
  select * into next from sync_scheduler.next_manual_press(integration);
  if next.press_at > now() then
    perform sync_scheduler.raise_error('rate_limited', jsonb_build_object(
      'retry_after_seconds', ceil(extract(epoch from next.press_at - now())),
      'retry_at', next.press_at,
      'limit', next.limited_by));
  end if;
end;
$$;
revoke all on function sync_scheduler.require_cooldown_over(public.sync_integrations)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_cooldown_over(public.sync_integrations) is
  'Refuses (PT429 rate_limited, details: retry_after_seconds, retry_at, limit) a person''s press before next_manual_press; '
  'exactly then it is allowed. Exact only for a caller who holds lock_limits.';
