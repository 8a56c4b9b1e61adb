create or replace function sync_scheduler.is_filled(value jsonb) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  -- The characters that \S of a regular expression in JavaScript passes over; \S of Postgres depends on the locale.
  return coalesce(jsonb_typeof(is_filled.value) = 'string' and btrim(is_filled.value #>> '{}',
    E' \t\n\r\f\v\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'
    ) <> '', false);
end;
$$;
revoke all on function sync_scheduler.is_filled(jsonb) from public, anon, authenticated, service_role;
comment on function sync_scheduler.is_filled(jsonb) is
  'Is it a text that holds more than blanks? isFilled in voucher_fields.ts answers the same.';
