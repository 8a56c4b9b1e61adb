-- Definer, because an owner of the integrations need not be able to write runs.
create or replace function sync_scheduler.follow_address() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
declare
  open_keys text[];
begin
  if sync_scheduler.address_of(new) = sync_scheduler.address_of(old) then
    return null;
  end if;
  -- Waits for a worker call that has seen the old address. After this, none reserves for it: see reserve_entries. The row is
  -- written for calls with an older snapshot, as in follow_pause.
  perform sync_scheduler.lock_active_run(new.id);
  update public.sync_run_log r set version = r.version where r.integration_id = new.id and r.status = 'running';
  open_keys := array(
    select e.entry_key from public.sync_export_entries e
    where e.integration_id between new.id and new.id and e.state in ('sending', 'unknown')
    order by e.integration_id, e.state, e.entry_id limit 10);
  if open_keys <> '{}' then
    perform sync_scheduler.raise_error('batch_is_open', jsonb_build_object(
      'address_keys', (select t.address_keys from public.sync_integration_types t where t.code = new.integration_type),
      'entry_keys', open_keys));
  end if;
  -- What the old address answers says nothing about the new one. A claim that is under way holds the row: it read the old one.
  perform from sync_scheduler.probes p where p.integration_id = new.id for no key update;
  update sync_scheduler.probes p set ended_at = clock_timestamp()
  where p.integration_id = new.id and p.claimed_at is not null and p.ended_at is null;
  -- Nobody has to find out by a failed sync.
  if exists (
    select from sync_scheduler.integration_credentials c
    where c.integration_id = new.id and c.address <> sync_scheduler.address_of(new))
  then
    perform sync_scheduler.set_health(new.id, 'needs_attention', 'credentials_needed', sync_scheduler.credentials_needed());
    perform sync_scheduler.raise_alert(new, 'needs_attention', 'critical', null,
      'The integration needs attention. ' || sync_scheduler.credentials_needed(), '{"error_code": "credentials_needed"}');
  end if;
  return null;
end;
$$;
revoke all on function sync_scheduler.follow_address() from public, anon, authenticated, service_role;
comment on function sync_scheduler.follow_address() is
  'Trigger of sync_integrations, whoever writes: refuses another address (PT409 batch_is_open, details: address_keys, entry_keys, at '
  'most 10) while an entry is sending or unknown, for its repetition would be booked at the new address too. Says that '
  'credentials have to be stored anew. Holds the integration''s lock and takes the run''s: integration before run, as everywhere.';

-- Its name sorts before the triggers that write the integration's health: the run's lock comes first.
create trigger follow_address after update of config on public.sync_integrations
  for each row when (old.config is distinct from new.config)
  execute function sync_scheduler.follow_address();
