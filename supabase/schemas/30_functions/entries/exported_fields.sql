-- By integration type, the fields of a voucher and of its lines that the connector exports. A type that is
-- missing passes on any payload.
-- Written by db:compose from supabase/functions/integration-sync/vouchers/exported_fields.ts. Edit that file.
create or replace function sync_scheduler.exported_fields() returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return '{
    "xledger": {
      "voucher": ["voucher_type", "posting_date", "currency", "description", "lines"],
      "line": ["account", "debit", "credit", "description", "vat_code", "department", "project", "dimensions"]
    },
    "dynamics": {
      "voucher": ["posting_date", "currency", "description", "lines"],
      "line": ["account", "debit", "credit", "description", "vat_code", "department", "project", "dimensions"]
    }
  }'::jsonb;
end;
$$;
