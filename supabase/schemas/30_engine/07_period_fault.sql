create or replace function sync_scheduler.period_fault(
  config jsonb, period text, payload jsonb, out field text, out reason text
)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  month text := period_fault.period;
  which text := '';
begin
  if period_fault.config ->> 'period_rule' = 'free'
    or jsonb_typeof(period_fault.payload -> 'posting_date') is distinct from 'string'
  then
    return;
  end if;
  if period_fault.period like '%-13' then
    month := left(period_fault.period, 5) || lpad(coalesce(period_fault.config ->> 'fiscal_year_ends', '12'), 2, '0');
    which := ', the last month of the fiscal year ' || left(period_fault.period, 4);
  end if;
  if not starts_with(period_fault.payload ->> 'posting_date', month || '-') then
    field := 'payload.posting_date';
    reason := format('The voucher''s posting_date must lie in %s%s.', month, which);
  end if;
end;
$$;
revoke all on function sync_scheduler.period_fault(jsonb, text, jsonb) from public, anon, authenticated, service_role;
comment on function sync_scheduler.period_fault(jsonb, text, jsonb) is
  'Says that the posting date of a payload is not in the period, unless the integration''s config has period_rule free. A '
  'thirteenth period lies in the month fiscal_year_ends (1 to 12, default 12) of its year: a fiscal year has the number of '
  'the calendar year in which it ends.';
