-- Trigger of sync_integrations: an integration has its health from the start. When it is changed, switched on
-- or resumed, it is checked at its next turn; switched off or paused, not at all. With another config nothing
-- has got through yet, and with another address an admin has to store credentials anew. Locks the check, then
-- health. Definer, because a role that may write an integration may not write its health.
create or replace function sync_scheduler.keep_health() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  is_reconfigured boolean := old.config is distinct from new.config;
  needs_credentials boolean := false;
begin
  if tg_op = 'INSERT' then
    -- Not before it has had an interval: while it is being set up, a check would only find what is missing.
    insert into public.sync_integration_health (integration_id, org_id, next_check_at) values (new.id,
      new.org_id, sync_scheduler.plan_check(new, asked_at := now()));
    return null;
  end if;
  if is_reconfigured and sync_scheduler.address_of(new) <> sync_scheduler.address_of(old) then
    -- What the old address answers says nothing about the new one. A claim that is under way holds the row:
    -- it read the old one.
    update sync_scheduler.connection_checks c
    set ended_at = coalesce(c.ended_at, case when c.claimed_at is not null then clock_timestamp() end)
    where c.integration_id = new.id;
    needs_credentials := exists (select from sync_scheduler.integration_credentials c
      where c.integration_id = new.id and c.address <> sync_scheduler.address_of(new));
  end if;
  update public.sync_integration_health h set
    -- What was wrong may be fixed by the change.
    consecutive_failures = 0,
    -- Of these two alone: to pause or to switch on shows nothing about the external system.
    configured_at = case when is_reconfigured then now() else h.configured_at end,
    last_success_at = case when not is_reconfigured then h.last_success_at end,
    run_failed_at = case when not is_reconfigured then h.run_failed_at end,
    next_check_at = sync_scheduler.plan_check(new, 0, h.passive_since, h.check_requested_at)
  where h.integration_id = new.id;
  if needs_credentials then
    -- No sync has to fail before people read it.
    perform sync_scheduler.record_check_fault(new.id, 'needs_attention', 0, 'credentials_needed',
      sync_scheduler.credentials_needed());
  elsif is_reconfigured then
    perform sync_scheduler.end_credentials_needed(new);
  end if;
  -- It may be on another host from now on.
  delete from sync_scheduler.vendor_failures f where f.integration_id = new.id and is_reconfigured;
  return null;
end;
$$;

create trigger add_health after insert on public.sync_integrations
  for each row execute function sync_scheduler.keep_health();
-- Column by column: a comparison of rows comes back from the catalog in other words, and a schema diff would
-- never be empty.
create trigger keep_health after update of enabled, paused_at, health_check_interval, config
  on public.sync_integrations for each row
  when (old.enabled is distinct from new.enabled or old.paused_at is distinct from new.paused_at
    or old.health_check_interval is distinct from new.health_check_interval
    or old.config is distinct from new.config)
  execute function sync_scheduler.keep_health();

-- When the connection of an integration is to be checked: at its next turn, a whole interval after it was
-- asked_at (null: never yet). There is one in each interval, at an offset that follows from its id: so the
-- integrations of a vendor are spread over it. After failures in a row the interval doubles from the second
-- on, up to a day, with jitter. While it is passive, it is not checked before settings.passive_cooldown is
-- over. Null: never.
create or replace function sync_scheduler.plan_check(
  integration public.sync_integrations, failures integer default 0, passive_since timestamptz default null,
  asked_at timestamptz default null
) returns timestamptz
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  every interval := integration.health_check_interval;
  earliest timestamptz := greatest(now(), asked_at + every);
  -- Longer by more than the pace of the tick: a whole interval is between a turn that it comes to late and
  -- the next one.
  period numeric := extract(epoch from every) * 1.04;
  -- The same for ever: what was overdue at once, after an absence of the scheduler, comes apart again.
  shift numeric := mod((hashtextextended(integration.id::text, 0) & 2147483647)::numeric, period);
begin
  if every is null or not integration.enabled or integration.paused_at is not null then
    return null;
  elsif passive_since is not null then
    earliest := greatest(earliest, passive_since + (
      select s.passive_cooldown from sync_scheduler.settings s));
  elsif failures > 1 then
    -- Jitter, or what failed together would ask together. The exponent is bounded so that nothing overflows.
    return now() + greatest(every,
      least(interval '1 day', every * power(2, least(failures, 12) - 1)) * (0.75 + 0.25 * random()));
  end if;
  return to_timestamp((ceil((extract(epoch from earliest) - shift) / period) * period + shift)::float8);
end;
$$;

-- The vendor says that we ask too much: what is left of its quota is for the syncs. The integration is not
-- checked until settings.passive_cooldown is over (and retry_after, the vendor's hint).
create or replace function sync_scheduler.suspend_checks(
  integration_id uuid, retry_after interval default null
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update public.sync_integration_health h set
    passive_since = coalesce(h.passive_since, now()),
    -- From the newest time that the vendor said so: its quota was used up then, too.
    next_check_at = sync_scheduler.plan_check(i, 0, now(),
      now() + suspend_checks.retry_after - i.health_check_interval)
  from public.sync_integrations i
  where h.integration_id = suspend_checks.integration_id and i.id = h.integration_id;
end;
$$;
