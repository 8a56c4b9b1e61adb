create or replace function sync_scheduler.note_traffic(integration_id uuid, claimed_at timestamptz) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update public.sync_integration_health h set run_failed_at = null
  where h.integration_id = note_traffic.integration_id and h.run_failed_at is not null;
  perform sync_scheduler.set_health(note_traffic.integration_id, 'healthy');
  perform sync_scheduler.defer_check(note_traffic.integration_id);
  perform sync_scheduler.resolve_alerts(note_traffic.integration_id, '{needs_attention,unhealthy}');
  perform sync_scheduler.note_vendor_answer(note_traffic.integration_id, note_traffic.claimed_at);
end;
$$;
revoke all on function sync_scheduler.note_traffic(uuid, timestamptz) from public, anon, authenticated, service_role;
comment on function sync_scheduler.note_traffic(uuid, timestamptz) is
  'A run of the integration has settled entries in an attempt that was claimed at that instant: it is healthy, what checks have '
  'raised is resolved, it need not be asked for a while, and its vendor is there. In the usual case a few looks by key and no write.';
