create or replace function sync_scheduler.announce_run(run public.sync_run_log) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- For an organisation without a webhook, one look by the key.
  insert into sync_scheduler.alert_messages (org_id, body)
  select w.org_id, jsonb_build_object(
    'type', 'run.finished',
    'timestamp', now(),
    'text', sync_scheduler.alert_text(run.status::text, run.integration_type, concat_ws(' ',
      case when run.entries_failed > 0 then format('%s exported, %s rejected.', run.entries_done, run.entries_failed)
        else format('%s of %s entries exported.', run.entries_done, run.entries_total) end, run.error_message)),
    'data', to_jsonb(run) - 'idempotency_key')
  from public.sync_alert_webhooks w
  where w.org_id = run.org_id and w.finished_runs and w.stopped_at is null;
end;
$$;
revoke all on function sync_scheduler.announce_run(public.sync_run_log) from public, anon, authenticated, service_role;
comment on function sync_scheduler.announce_run(public.sync_run_log) is
  'A run has ended: queues that for the organisation''s webhook, if it wants to know.';
