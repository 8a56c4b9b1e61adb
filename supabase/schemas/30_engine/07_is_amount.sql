create or replace function sync_scheduler.is_amount(value text) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  return is_amount.value ~ '^[0-9]{1,15}(\.[0-9]{1,6})?$';
end;
$$;
revoke all on function sync_scheduler.is_amount(text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.is_amount(text) is
  'Is it an amount of an entry: a plain decimal that is not negative? isAmount in decimal.ts applies the same expression.';
