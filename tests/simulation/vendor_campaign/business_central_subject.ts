import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import {
  type Fault,
  startBusinessCentral,
} from "../../../local/vendors/business_central/business_central.ts";
import { createBusinessCentral } from "../../../supabase/functions/integration-sync/connectors/business_central/connector.ts";
import { createTokenCache } from "../../../supabase/functions/integration-sync/connectors/business_central/api/token.ts";
import type { Random } from "../campaign/random.ts";
import { describe, type Subject, type SubjectTools } from "./subject.ts";
import { hundredths, isFlawed, isMisspelt, isRuledOut, type Line } from "./vouchers.ts";

/** What Business Central still has in its queue is carried out within ten minutes, or never. */
const LATEST_MS = 600_000;

const BLOCKED_ACCOUNT = "5910";

/** What Business Central says when another user is at work in the ledger. */
const LOCK = { code: "Application_DialogException", message: "A record was locked by another user." };

/** Posts whole journals, in batches that stop, go on or are taken back, and carries out what its gateway gave up. */
export async function businessCentralSubject({ random, clock }: SubjectTools): Promise<Subject> {
  const fake = await startBusinessCentral({ clock });
  fake.batchMode = random.pick(["documented", "stop", "revert"]);
  fake.state.visibilityDelay = random.pick([0, 3000, 40_000, 240_000]);
  fake.state.pageSize = random.pick([40, 20_000]);
  fake.keepsConnections = random.chance(0.5);
  fake.company.language = random.pick(["en", "nb"]);
  // An account of a third of the vouchers takes no postings for a while.
  let blockedFor = random.pick([0, 0, 0, 300]);
  if (blockedFor > 0) fake.company.blockedAccounts.add(BLOCKED_ACCOUNT);
  fake.tokenLifetime = random.pick([600, 3599]);
  for (const account of ["6860", "2711", "5910", "7140"]) fake.company.postingTypes.add(account);
  const config = {
    tenant_id: fake.app.tenant_id,
    environment: fake.environment,
    company: fake.company.name,
    journal: fake.journal.code,
    currency: "NOK",
    batch_size: random.pick([10, 25, 60]),
    // What comes late does so on the schedule's clock, not because a machine was busy.
    timeout_seconds: 60,
    api_url: fake.url,
    login_url: fake.url,
    ...mapping("SALG"),
  };
  return {
    integrationType: "dynamics",
    config,
    changeRules: (random) => ({ ...config, ...random.pick(otherRules) }),
    credentials: { client_id: fake.app.client_id, client_secret: fake.app.client_secret },
    connector: createBusinessCentral(createTokenCache()),
    misfortunes: 0.1,
    misbehave(random) {
      fake.misbehave(drawFault(random));
      if (random.chance(0.05)) fake.revokeTokens();
    },
    passTime(random, milliseconds) {
      if (--blockedFor <= 0) fake.company.blockedAccounts.clear();
      const { lateSince } = fake;
      const isLast = lateSince !== null && clock.now() + milliseconds >= lateSince + LATEST_MS;
      if (isLast || random.chance(0.1)) fake.carryOutLate();
      return Promise.resolve();
    },
    isBooked: (voucher) =>
      Promise.resolve(
        fake.company.ledger.some(({ documentNumber }) => documentNumber === voucher.document_number),
      ),
    check(outcomes) {
      fake.carryOutLate();
      const booked = Map.groupBy(fake.company.ledger, ({ documentNumber }) => documentNumber);
      for (const outcome of outcomes) {
        const { state, error_message, ...voucher } = outcome;
        const entries = booked.get(voucher.document_number) ?? [];
        const shown = entries.map((
          { accountNumber, amount, taxCode, dimensions },
        ) => [accountNumber, String(amount), taxCode, Object.fromEntries(dimensions)]);
        const allowed = ["SALG", "ØKONOMI"].map((sales) =>
          voucher.payload.lines.flatMap((line) => entriesFor(line, sales))
        );
        assert.ok(
          state === "exported"
            ? allowed.some((wanted) => isDeepStrictEqual(shown, wanted))
            : shown.length === 0,
          `${describe(outcome)}, and booked as ${JSON.stringify(shown)}`,
        );
        assert.ok(
          new Set(entries.map(({ posting }) => posting)).size <= 1,
          `${describe(outcome)}, and posted twice`,
        );
        booked.delete(voucher.document_number);
        const wasBlocked = /Blocked must be/.test(error_message ?? "");
        if (state === "withdrawn") continue;
        assert.equal(
          state === "rejected",
          isFlawed(voucher) || isMisspelt(voucher) || wasBlocked || isRuledOut(error_message),
          describe(outcome),
        );
      }
      assert.deepEqual([...booked.keys()], [], "something else is booked");
      // Nothing is there that could be posted a second time.
      assert.deepEqual(fake.journal.lines, []);
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
}

function mapping(sales: string) {
  return {
    vat_codes: { "0": "NULL", "25": "HØY" },
    dimensions: {
      department: { to: "AVDELING", codes: { "Salg": sales, "Innkjøp": "INNKJØP" } },
      project: { to: "PROSJEKT" },
      region: { to: "REGION", codes: { "Nord": "N", "Sør": "S" } },
    },
    ignored_fields: { line: ["note"] },
  };
}

const changed = mapping("ØKONOMI");

/** Another code, a field that is not ignored any more, a code that is gone. */
const otherRules = [
  changed,
  { ...mapping("SALG"), ignored_fields: {} },
  {
    ...changed,
    dimensions: { ...changed.dimensions, region: { to: "REGION", codes: { Nord: "N" } } },
  },
] as const;

/** The entries of a line: with a VAT code of 25 percent Business Central splits the VAT off. */
function entriesFor(line: Line, sales: string): unknown[] {
  const { account, vat_code, department, project, dimensions } = line;
  const amount = hundredths(line);
  // A fifth of the amount, rounded half up; only debits have a VAT code.
  const vat = vat_code === "25" ? (2n * amount + 5n) / 10n : 0n;
  const coding = [
    vat_code === undefined ? "" : vat_code === "25" ? "HØY" : "NULL",
    {
      ...(department === undefined ? {} : { AVDELING: department === "Salg" ? sales : "INNKJØP" }),
      ...(project === undefined ? {} : { PROSJEKT: project }),
      ...(dimensions === undefined ? {} : { REGION: dimensions.region.slice(0, 1) }),
    },
  ];
  const entries = [[account, String(amount - vat), ...coding]];
  return vat === 0n ? entries : [...entries, ["2710", String(vat), ...coding]];
}

function drawFault(random: Random): Fault {
  const on = random.pick(["batch", "post", "post", "write", "read", "ledger", "token"] as const);
  return random.pick<Fault>([
    { on, kind: "drop" },
    { on: "post", kind: "apply_then_drop" },
    { on: "batch", kind: "apply_then_drop" },
    { on: "batch", kind: "apply_part_then_drop", operations: random.upTo(60) },
    { on: "post", kind: "apply_later" },
    { on: "batch", kind: "apply_later" },
    { on: "batch", kind: "late_amid", operations: random.upTo(60) },
    { on, kind: "apply_then_status", status: random.pick([408, 500, 502, 503, 504]) },
    { on: "post", kind: "status", status: 200, body: "<html>Sign in</html>" },
    { on, kind: "status", status: 429 },
    { on, kind: "status", status: 429, headers: { "retry-after": String(random.upTo(60)) } },
    { on, kind: "status", status: random.pick([502, 503, 504]), headers: { "retry-after": "20" } },
    { on, kind: "status", status: 401 },
    { on, kind: "status", status: random.pick([400, 418]), text: "<html>I'm a teapot</html>" },
    { on: random.pick(["batch", "post"] as const), kind: "status", status: 409, body: { error: LOCK } },
    { on, kind: "slow", ms: 1 },
  ]);
}
