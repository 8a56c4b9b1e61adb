create or replace function sync_scheduler.report_undecided(integration_id uuid, run_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- One look into an index of what is open. A repetition finds that everything is reported.
  update public.sync_alerts a set
    news_at = clock_timestamp(),
    run_id = report_undecided.run_id,
    message = concat(a.message, format(' %s added %s: ', case when report_undecided.run_id is null then 'A delivery' else 'The last sync' end,
        a.details ->> 'added'),
      (select string_agg(k, ', ') from jsonb_array_elements_text(a.details -> 'entry_keys') k),
      case when (a.details ->> 'added')::integer > jsonb_array_length(a.details -> 'entry_keys') then ', ...' else '.' end)
  where a.integration_id = report_undecided.integration_id and a.kind = 'entries_need_decision' and a.resolved_at is null
    and (a.news_at is null or a.news_at < a.last_seen_at);
end;
$$;
revoke all on function sync_scheduler.report_undecided(uuid, uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.report_undecided(uuid, uuid) is
  'Sends the message about entries that have become undecided since the last one, if there are any: how many, and the first '
  'ten keys. run_id: the run that has just ended; null: a delivery. The last lock of its caller.';
