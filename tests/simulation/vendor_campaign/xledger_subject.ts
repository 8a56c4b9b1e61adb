import assert from "node:assert/strict";
import { codeOf, type ImportNode } from "../../../local/vendors/xledger/ledger.ts";
import { type Behaviour, type Fault, startXledger } from "../../../local/vendors/xledger/server.ts";
import { xledger } from "../../../supabase/functions/integration-sync/connectors/xledger/connector.ts";
import { nameLines } from "../../../supabase/functions/integration-sync/connectors/xledger/voucher.ts";
import type { Random } from "../campaign/random.ts";
import { describe, type Subject, type SubjectTools } from "./subject.ts";
import { hundredths, isFlawed, isMisspelt, isRuledOut, type Line } from "./vouchers.ts";

const VISIBILITY_SECONDS = 300;
/** How late a request may be carried out, and its effects become visible: what the connector promises to bear. */
const LATEST_MS = 290_000;

/** Takes whatever comes, twice if it comes twice; stages, imports late, shows late, and limits in three ways. */
export async function xledgerSubject({ random, clock, integrationId }: SubjectTools): Promise<Subject> {
  const vendor = await startXledger({ now: () => clock.now(), behaviour: drawBehaviour(random) });
  vendor.behaviour.creditsResetAt = clock.now() + random.pick([600_000, 5 * 3_600_000]);
  const config = {
    url: vendor.url,
    batch_size: random.pick([25, 60, 100]),
    max_nodes: random.pick([20, 100, 500]),
    // What comes late does so on the schedule's clock, not because a machine was busy.
    timeout_seconds: 60,
    visibility_seconds: VISIBILITY_SECONDS,
    import_error_link: vendor.behaviour.errorLink,
    ...mapping("10"),
  };
  return {
    integrationType: "xledger",
    config,
    changeRules: (random) => ({ ...config, ...random.pick(otherRules) }),
    credentials: { token: vendor.token },
    connector: xledger,
    misfortunes: 0.15,
    misbehave: (random) => vendor.misbehave(drawFault(random)),
    passTime: () => Promise.resolve(),
    async isBooked(voucher) {
      const { ids } = await nameLines(integrationId, { ...voucher, settled: false });
      return vendor.ledger.journal.some(({ node }) => ids.includes(node.extIdentifier ?? ""));
    },
    async check(outcomes) {
      clock.advance(2 * LATEST_MS);
      const { journal } = vendor.ledger;
      const byId = Map.groupBy(journal, ({ node }) => node.extIdentifier ?? "");
      const codesOf = ({ node }: { node: ImportNode }) =>
        [node.taxRule, node.glObject1, node.glObject2, node.glObject3].map(codeOf);
      for (const outcome of outcomes) {
        const { state, error_message, ...voucher } = outcome;
        const { ids } = await nameLines(integrationId, { ...voucher, settled: false });
        const booked = ids.map((id) =>
          (byId.get(id) ?? []).map(({ amount }) => hundredths({ debit: amount }))
        );
        const wanted = voucher.payload.lines.map((line) => state === "exported" ? [hundredths(line)] : []);
        assert.deepEqual(booked, wanted, describe(outcome));
        if (state === "exported") {
          const codes = ids.map((id) => (byId.get(id) ?? []).map(codesOf)[0]);
          const allowed = ["10", "20"].map((sales) =>
            voucher.payload.lines.map((line) => codesFor(line, sales))
          );
          assert.ok(
            allowed.some((wanted) => JSON.stringify(wanted) === JSON.stringify(codes)),
            `${describe(outcome)}, and booked with ${JSON.stringify(codes)}`,
          );
        }
        for (const id of ids) byId.delete(id);
        // One that was cut in two is refused by the import.
        const isCut = /lines arrived/.test(error_message ?? "");
        if (state === "withdrawn") continue;
        assert.equal(
          state === "rejected",
          isFlawed(voucher) || isMisspelt(voucher) || isCut || isRuledOut(error_message),
          describe(outcome),
        );
      }
      assert.deepEqual([...byId.keys()], [], "something else is booked");
    },
    [Symbol.asyncDispose]: () => vendor.stop(),
  };
}

function mapping(sales: string) {
  return {
    vat_codes: { "0": "0", "25": "1" },
    dimensions: {
      department: { to: "glObject1", codes: { "Salg": sales, "Innkjøp": "30" } },
      project: { to: "glObject2" },
      region: { to: "glObject3", codes: { "Nord": "N", "Sør": "S" } },
    },
    ignored_fields: { line: ["note"] },
  };
}

const changed = mapping("20");

/** Another code, a field that is not ignored any more, a code that is gone. */
const otherRules = [
  changed,
  { ...mapping("10"), ignored_fields: {} },
  {
    ...changed,
    dimensions: { ...changed.dimensions, region: { to: "glObject3", codes: { Nord: "N" } } },
  },
] as const;

function codesFor({ vat_code, department, project, dimensions }: Line, sales: string): (string | null)[] {
  return [
    vat_code === undefined ? null : vat_code === "25" ? "1" : "0",
    department === undefined ? null : department === "Salg" ? sales : "30",
    project ?? null,
    dimensions === undefined ? null : dimensions.region.slice(0, 1),
  ];
}

function drawBehaviour(random: Random): Partial<Behaviour> {
  return {
    importDelayMs: random.pick([0, 500, 30_000, 200_000]),
    visibilityDelayMs: random.pick([0, 3000, 60_000, LATEST_MS]),
    keepsImported: random.chance(0.5),
    atomic: random.chance(0.5),
    checksAccounts: random.pick(["at_mutation", "at_import"]),
    errorLink: random.pick(["transactionDbId", "dbId"]),
    dbIds: random.pick(["number", "string"]),
    echoesClientId: random.chance(0.5),
    credits: random.pick([30, 100, Infinity]),
    pageSize: random.pick([40, 1000]),
    keepsConnections: random.chance(0.5),
  };
}

function drawFault(random: Random): Fault {
  const on = random.pick<"mutation" | "query">(["mutation", "mutation", "query"]);
  const status = random.pick([408, 429, 500, 502, 503, 504]);
  const timedOut = { message: "Your query timed out." };
  const limit = random.pick([
    "BURST_RATE_LIMIT_REACHED",
    "CONCURRENCY_LIMIT_REACHED",
    "INSUFFICIENT_CREDITS",
  ]);
  return random.pick<Fault>([
    { on, kind: "drop" },
    { on: "mutation", kind: "apply_then_drop" },
    { on: "mutation", kind: "apply_later", afterMs: random.upTo(LATEST_MS) },
    { on: "mutation", kind: "apply_part_then_drop", nodes: random.upTo(60) },
    { on, kind: "status", status },
    { on, kind: "status", status: 200, body: '{"data":{"addGLImp' },
    { on, kind: "status", status: 200, body: "<html>Maintenance</html>" },
    { on: "mutation", kind: "apply_then_status", status },
    { on: "mutation", kind: "apply_then_status", status: 200 },
    { on, kind: "error", error: random.pick([timedOut, { message: "Object reference not set" }]) },
    { on: "mutation", kind: "apply_then_error", error: timedOut },
    { on, kind: "error", error: { message: "Limit", code: `BAD_REQUEST.${limit}` } },
    { on, kind: "slow", ms: 1 },
  ]);
}
