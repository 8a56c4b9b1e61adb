create or replace function sync_scheduler.erase_person(user_id uuid) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  nobody constant uuid := '00000000-0000-0000-0000-000000000000'::uuid;
  erased jsonb := '{}'::jsonb;
  changed integer;
begin
  if erase_person.user_id is null then
    raise exception 'sync_scheduler.erase_person needs a user_id';
  end if;
  -- For this transaction alone: guard_run_update then lets the columns of people change on final runs.
  perform set_config('sync_scheduler.erases_person', 'on', true);

  update public.sync_run_log r set
    triggered_by_user_id = case when r.triggered_by_user_id = erase_person.user_id then nobody else r.triggered_by_user_id end,
    cancel_reason = case when r.cancel_requested_by = erase_person.user_id then null else r.cancel_reason end,
    cancel_requested_by = case when r.cancel_requested_by = erase_person.user_id then nobody else r.cancel_requested_by end
  where r.triggered_by_user_id = erase_person.user_id or r.cancel_requested_by = erase_person.user_id;
  get diagnostics changed = row_count;
  erased := erased || jsonb_build_object('runs', changed);
  perform set_config('sync_scheduler.erases_person', 'off', true);

  -- What a person gave as the reason to abandon an entry stands on the entry, too.
  update public.sync_export_entries e set error_message = null
  from public.sync_audit_log a, jsonb_array_elements(
    case jsonb_typeof(a.details -> 'entries') when 'array' then a.details -> 'entries' else '[]' end) d
  where a.actor_id = erase_person.user_id and a.action = 'entries_settled' and e.integration_id = a.integration_id
    and e.entry_key = d ->> 'entry_key' and e.error_message = a.reason;
  get diagnostics changed = row_count;
  erased := erased || jsonb_build_object('entries', changed);
  -- So does the reason to withdraw one.
  update public.sync_export_entries e set error_message = null
  from public.sync_audit_log a, jsonb_array_elements_text(
    case jsonb_typeof(a.details -> 'entry_keys') when 'array' then a.details -> 'entry_keys' else '[]' end) k
  where a.actor_id = erase_person.user_id and a.action = 'entries_withdrawn' and e.integration_id = a.integration_id
    and e.entry_key = k and e.error_message = a.reason;
  get diagnostics changed = row_count;
  erased := jsonb_set(erased, '{entries}', to_jsonb((erased -> 'entries')::integer + changed));

  update public.sync_audit_log a set actor_id = nobody, reason = null,
    details = a.details - 'reason' where a.actor_id = erase_person.user_id;
  get diagnostics changed = row_count;
  erased := erased || jsonb_build_object('audit_log', changed);

  update public.sync_integrations i set paused_by = nobody, pause_reason = null where i.paused_by = erase_person.user_id;
  get diagnostics changed = row_count;
  erased := erased || jsonb_build_object('integrations', changed);

  update public.sync_alerts a set acknowledged_by = nobody where a.acknowledged_by = erase_person.user_id;
  get diagnostics changed = row_count;
  erased := erased || jsonb_build_object('alerts', changed);

  update sync_scheduler.probes p set requested_by = nobody where p.requested_by = erase_person.user_id;
  update sync_scheduler.waiting_slots w set requested_by = nobody where w.requested_by = erase_person.user_id;
  -- Messages that wait, or were posted, hold rows of runs and alerts as they were.
  update sync_scheduler.alert_messages m
  set body = replace(case when m.body #>> '{data,cancel_requested_by}' = erase_person.user_id::text
    then jsonb_set(m.body, '{data,cancel_reason}', 'null') else m.body end::text, erase_person.user_id::text, nobody::text)::jsonb
  where strpos(m.body::text, erase_person.user_id::text) > 0;
  get diagnostics changed = row_count;
  return erased || jsonb_build_object('messages', changed);
end;
$$;
revoke all on function sync_scheduler.erase_person(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.erase_person(uuid) is
  'Forgets a person: replaces the id by the nil uuid in runs, the audit log, pauses, alerts, checks, slots and messages, and blanks the '
  'reasons that this person gave. For the owner of the database, in the SQL editor: it reads whole tables. Returns how many '
  'rows of each kind changed. Again it changes nothing. What the host keeps (auth.users, organization_members) is the host''s to delete.';
