-- Development data: three organisations, four people (password123), two integrations and 1,000 expense
-- vouchers. Runs after the migrations, on an empty database.

insert into public.organizations (id, name) values
  ('0a000000-0000-4000-8000-000000000001', 'Fjordfisk AS'),
  ('0a000000-0000-4000-8000-000000000002', 'Blåbær Økonomi AS'),
  ('0a000000-0000-4000-8000-000000000003', 'Ærlig Regnskap ANS');

insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at,
  raw_app_meta_data, raw_user_meta_data, created_at, updated_at,
  confirmation_token, recovery_token, email_change, email_change_token_new)
select id::uuid, 'authenticated', 'authenticated', email,
  extensions.crypt('password123', extensions.gen_salt('bf')), now(),
  '{"provider": "email", "providers": ["email"]}', jsonb_build_object('name', name), now(), now(),
  '', '', '', ''
from (values
  ('0b000000-0000-4000-8000-000000000001', 'admin@example.test', 'Astrid Admin'),
  ('0b000000-0000-4000-8000-000000000002', 'coordinator@example.test', 'Kåre Koordinator'),
  ('0b000000-0000-4000-8000-000000000003', 'viewer@example.test', 'Vårin Viser'),
  ('0b000000-0000-4000-8000-000000000004', 'outsider@example.test', 'Øystein Utenfor')
) as person (id, email, name);

insert into auth.identities (id, provider, provider_id, user_id, identity_data, last_sign_in_at, created_at,
  updated_at)
select gen_random_uuid(), 'email', u.id::text, u.id,
  jsonb_build_object('sub', u.id, 'email', u.email, 'email_verified', true), now(), now(), now()
from auth.users u where u.email like '%@example.test';

-- The Auth server of a full stack looks people up by instance; smaller ones have no such column.
do $$
begin
  if exists (select from information_schema.columns
    where table_schema = 'auth' and table_name = 'users' and column_name = 'instance_id')
  then
    execute $sql$ update auth.users set instance_id = '00000000-0000-0000-0000-000000000000'
      where email like '%@example.test' $sql$;
  end if;
end;
$$;

insert into public.organization_members (org_id, user_id, role) values
  ('0a000000-0000-4000-8000-000000000001', '0b000000-0000-4000-8000-000000000001', 'admin'),
  ('0a000000-0000-4000-8000-000000000001', '0b000000-0000-4000-8000-000000000002', 'coordinator'),
  ('0a000000-0000-4000-8000-000000000001', '0b000000-0000-4000-8000-000000000003', 'viewer'),
  ('0a000000-0000-4000-8000-000000000002', '0b000000-0000-4000-8000-000000000004', 'admin');

-- The gateway of `supabase start` as containers reach it: its aliases in the project's network are kong and
-- api.supabase.internal, and it listens on 8000. Source: KongAliases in apps/cli-go/internal/utils/config.go
-- and internal/start/start.go of github.com/supabase/cli, seen at 1d1e719 (June 2026). The local platform,
-- but for the test of this file, sets addresses of its own.
update sync_scheduler.settings set function_url = 'http://kong:8000/functions/v1/integration-sync' where true;

-- The receiver is the function demo-receiver of this folder. supabase/functions/.env allows an address like
-- that. Stored without set_integration_credentials, which starts a connection check: nothing runs yet.
select sync_scheduler.store_credentials(
  public.connect_integration(o.id, 'webhook',
    '{"url": "http://kong:8000/functions/v1/demo-receiver", "batch_size": 100}'),
  '{"signing_secret": "whsec_ZGV2ZWxvcG1lbnQtb25seS1zaWduaW5nLWtleQ=="}')
from public.organizations o where o.name in ('Fjordfisk AS', 'Blåbær Økonomi AS');

-- Expense vouchers: what an employee paid is split into cost and VAT, which balance to the øre. Amounts are
-- exact decimals in strings from here to the vendor.
with kind (number, account, vat_account, vat_rate, description) as (
  values
    (0, '7140', '2714', 0.12, 'Reise, tog Bergen–Ål'),
    (1, '6860', '2711', 0.25, 'Kurs og møter i Tromsø'),
    (2, '5910', '2713', 0.15, 'Smørbrød og kaffe til årsmøte'),
    (3, '6540', '2711', 0.25, 'Verktøy og rekvisita'),
    (4, '7100', null, 0.00, 'Kjøregodtgjørelse, Ås–Sandefjord')
),
voucher as (
  select n, k.*,
    date '2026-01-05' + (n * 7) % 290 as posting_date,
    ((n * 7919) % 480000 + 4990)::numeric(14, 2) / 100 as gross
  from generate_series(1, 1000) n join kind k on k.number = n % 5
),
split as (
  select *, round(gross / (1 + vat_rate), 2) as net from voucher
)
select public.add_sync_entries('0a000000-0000-4000-8000-000000000001', 'webhook', jsonb_agg(
  jsonb_build_object(
  'entry_key', 'expense-2026-' || lpad(n::text, 5, '0'),
  'period', to_char(posting_date, 'YYYY-MM'),
  'document_number', 'UB-2026-' || lpad(n::text, 5, '0'),
  'payload', jsonb_build_object(
    'voucher_type', 'expense',
    'posting_date', posting_date,
    'currency', 'NOK',
    'description', description,
    'employee', (array['Søren Ødegård', 'Åse Bjørnstad', 'Håkon Nærø', 'Marit Fløysvik'])[1 + n % 4],
    'lines',
      jsonb_build_array(jsonb_build_object('account', account, 'debit', to_char(net, 'FM9999990.00'),
        'description', description, 'department', (array['Innkjøp', 'Salg', 'Økonomi'])[1 + n % 3]))
      || case when vat_rate = 0 then '[]' else jsonb_build_array(jsonb_build_object('account', vat_account,
        'debit', to_char(gross - net, 'FM9999990.00'),
        'description', 'Inngående mva. ' || round(vat_rate * 100) || ' %'))
        end
      || jsonb_build_array(jsonb_build_object('account', '2910', 'credit', to_char(gross, 'FM9999990.00'),
        'description', 'Gjeld til ansatt')))) order by n), atomic => true)
from split;
