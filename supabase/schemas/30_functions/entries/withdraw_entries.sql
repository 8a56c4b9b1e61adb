-- Definer, because no client may write the outbox. The first statement checks the caller.
create or replace function public.withdraw_sync_entries(
  org_id uuid, integration_type text, entry_keys text[], reason text
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  integration public.sync_integrations;
  withdrawn text[];
  refused jsonb;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin}');
  reason := sync_scheduler.require_text('reason', reason);
  perform sync_scheduler.require_text('entry_keys', (
    select k from unnest(entry_keys) k where k is not null order by length(k) desc limit 1));
  if reason is null then
    perform sync_scheduler.raise_error('reason_missing');
  elsif (cardinality(entry_keys) between 0 and 10000) is not true
    -- Not by array_position, which refuses lists within lists with an error of its own.
    or exists (select from unnest(entry_keys) k where k is null)
  then
    perform sync_scheduler.raise_error('invalid_entries', '{"entry_keys": "a list of at most 10000 keys"}');
  end if;
  integration := sync_scheduler.lock_integration(org_id, integration_type);
  -- A worker that holds an entry as sending keeps it, and none takes one while it is withdrawn.
  perform sync_scheduler.lock_active_run(integration.id);

  with asked as materialized (
    select k.entry_key, e.entry_id, e.state,
      coalesce(e.state = 'pending' or e.not_sent, false) as has_not_left
    from (select distinct k from unnest(withdraw_sync_entries.entry_keys) k) k (entry_key)
    left join lateral (
      select x.entry_id, x.state, x.not_sent from public.sync_export_entries x
      -- A range: one index alone serves it, see read_delivery in add_entries.sql.
      where (x.entry_key, x.integration_id) between (k.entry_key, integration.id)
        and (k.entry_key, integration.id)
      order by x.entry_key, x.integration_id limit 1) e on true
  ), changed as (
    update public.sync_export_entries e set state = 'withdrawn', run_id = null,
      decided_at = clock_timestamp(), conflict_at = null, error_message = withdraw_sync_entries.reason
    -- A range: no plan may compare the keys with the entries of all tenants (store_delivery.sql).
    from asked a where e.entry_id between a.entry_id and a.entry_id and a.has_not_left
  )
  select array_agg(a.entry_key order by a.entry_key) filter (where a.has_not_left),
    jsonb_agg(jsonb_build_object('entry_key', a.entry_key, 'state', a.state, 'reason', case
      when a.state is null then 'There is no entry of this key.'
      when a.state = 'sending' then 'A worker is sending it.'
      when a.state = 'unknown'
        then 'It was sent, and the outcome is not known: settle_sync_entries decides about it.'
      when a.state = 'exported' then 'It is exported.'
      when a.state = 'rejected' then 'It was sent and refused: settle_sync_entries gives it up (abandon).'
      end) order by a.entry_key)
      filter (where not a.has_not_left and a.state is distinct from 'withdrawn')
  into withdrawn, refused from asked a;

  if withdrawn is not null then
    -- The active run has so many entries less to export.
    update public.sync_run_log r set
      entries_total = greatest(r.entries_done + r.entries_failed, r.entries_total - cardinality(withdrawn))
    where r.integration_id = integration.id and r.status = 'running';
    perform sync_scheduler.audit(integration, 'entries_withdrawn', reason,
      jsonb_build_object('entry_keys', withdrawn));
  end if;
  return jsonb_build_object('withdrawn', coalesce(cardinality(withdrawn), 0),
    'refused', coalesce(refused, '[]'));
end;
$$;
revoke all on function public.withdraw_sync_entries(uuid, text, text[], text)
  from public, anon, authenticated, service_role;
comment on function public.withdraw_sync_entries(uuid, text, text[], text) is
$$Takes back entries (at most 10,000) that were delivered by mistake and have not left.
For admins and the service role. They are `pending`, or our own rules rejected them before their first send. A
`withdrawn` entry does not go out until the source delivers other content, or the same with `readmit`, or an
admin settles it with `resend`. Returns `{ withdrawn, refused }`: how many have changed, and a list of
`{ entry_key, state, reason }` of those that have left or do not exist. A second call changes none. `reason`
goes into the audit log.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized, PT422 argument_too_long,
PT422 reason_too_long, PT422 reason_missing, PT422 invalid_entries, PT422 unknown_integration_type,
PT404 integration_not_found, PT429 rate_limited.$$;
