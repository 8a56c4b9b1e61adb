-- Stated in full, because a host may grant every new table to everybody (old projects) or to nobody.
revoke all on
  public.organizations, public.organization_members, public.sync_integration_types,
  public.sync_integrations, public.sync_run_log, public.sync_export_entries
from public, anon, authenticated, service_role;
revoke all on all tables in schema sync_scheduler from public, anon, authenticated, service_role;
revoke all on sequence public.sync_export_entries_entry_id_seq
from public, anon, authenticated, service_role;

grant select on
  public.organizations, public.organization_members, public.sync_integration_types,
  public.sync_integrations, public.sync_run_log, public.sync_export_entries
to authenticated, service_role;

-- What a host's backend sets up and fills in. The run log is written by functions alone, and an entry's state
-- by the worker RPCs.
grant insert, update, delete on
  public.organizations, public.organization_members, public.sync_integrations
to service_role;
grant insert (integration_id, entry_key, period, document_number, payload)
on public.sync_export_entries to service_role;
