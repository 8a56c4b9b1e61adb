create or replace function sync_scheduler.plan_check(
  integration public.sync_integrations,
  failures integer default 0,
  passive_since timestamptz default null,
  earliest timestamptz default now()
) returns timestamptz
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  every interval := integration.health_check_interval;
begin
  if every is null or not integration.enabled or integration.paused_at is not null then
    return null;
  elsif passive_since is not null then
    earliest := greatest(earliest, passive_since + (select s.passive_cooldown from sync_scheduler.settings s));
  elsif failures > 1 then
    -- Jitter, or what failed together would ask together. The exponent is bounded so that nothing overflows.
    return earliest + greatest(every,
      least(interval '1 day', every * power(2, least(failures, 12) - 1)) * (0.75 + 0.25 * random()));
  end if;
  return sync_scheduler.check_slot(integration.id, every, earliest);
end;
$$;
revoke all on function sync_scheduler.plan_check(public.sync_integrations, integer, timestamptz, timestamptz)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.plan_check(public.sync_integrations, integer, timestamptz, timestamptz) is
  'When the connection of an integration is to be checked, not before earliest: at its next turn; after failures in a row the '
  'interval doubles from the second on, up to a day, with jitter; while it is passive not before settings.passive_cooldown is '
  'over. Null: never.';
