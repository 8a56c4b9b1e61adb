import assert from "node:assert/strict";
import fc from "fast-check";
import type { Sql } from "postgres";
import { triggerIntegrationSync } from "../../../src/rpc-logic/mod.ts";
import { usePlatform } from "../../support/platform.ts";
import { situations } from "../../../src/rpc-logic/testing/arbitrary.ts";
import { loadTriggerVectors } from "../../../src/rpc-logic/testing/load.ts";
import type { Situation } from "../../../src/rpc-logic/testing/schema.ts";
import { toCall } from "../../../src/rpc-logic/testing/to_facts.ts";
import { askSql, type SqlAnswer } from "./ask_sql.ts";

/** Override with PARITY_SEED and PARITY_CASES, for example to look for differences overnight. */
const seed = Number(Deno.env.get("PARITY_SEED") ?? 20261123);
const numRuns = Number(Deno.env.get("PARITY_CASES") ?? 600);

/** Instants as Postgres and JavaScript print them become the same text; what is no instant stays. */
function normalised(details: unknown): unknown {
  if (details === null || typeof details !== "object") return details;
  return Object.fromEntries(
    Object.entries(details).map(([key, value]: [string, unknown]) => {
      const isInstant = typeof value === "string" && /_at$/.test(key);
      return [key, isInstant ? new Date(value).toISOString() : value];
    }),
  );
}

/** What the button of an integration cannot know in advance, because it is about the key that a press brings. */
const aboutKeys = new Set(["invalid_idempotency_key", "idempotency_key_reused"]);

/** What `sync_overview` said of the button is what the press then answered. */
function compareForetold({ decision, foretold }: SqlAnswer, situation: Situation): void {
  if (foretold === undefined) {
    const has = situation.integrations.some((i) => i.integration_type === situation.integration_type);
    assert.ok(situation.org !== "existing" || !has, "sync_overview lacks an integration");
    return;
  }
  if (decision.outcome === "replay" || aboutKeys.has(String(decision.message))) return;
  assert.deepEqual(
    { message: foretold.message, details: normalised(foretold.details) },
    { message: decision.message ?? null, details: normalised(decision.details ?? null) },
    `sync_overview and the press differ\nsituation: ${JSON.stringify(situation)}`,
  );
}

/** Asks both and returns the common answer. */
async function compare(sql: Sql, situation: Situation): Promise<string> {
  const asked = await askSql(sql, situation);
  const { now, decision: answered } = asked;
  compareForetold(asked, situation);
  const decided = triggerIntegrationSync(toCall(situation, now));
  const mirror = decided.outcome === "reject"
    ? {
      outcome: decided.outcome,
      code: decided.code,
      message: decided.message,
      details: normalised(decided.details),
    }
    : decided;
  const database = "details" in answered ? { ...answered, details: normalised(answered.details) } : answered;
  assert.deepEqual(
    database,
    mirror,
    `SQL and mirror differ\nSQL:    ${JSON.stringify(database)}\nmirror: ${JSON.stringify(mirror)}\n` +
      `situation: ${JSON.stringify(situation)}`,
  );
  return decided.outcome === "reject" ? decided.message : decided.outcome;
}

Deno.test("the SQL and the mirror answer every shared vector alike", async (t) => {
  const platform = await usePlatform();
  await using database = platform.connect();
  for (const { name, situation } of loadTriggerVectors()) {
    await t.step(name, async () => void await compare(database.sql, situation));
  }
});

Deno.test(`the SQL and the mirror answer ${numRuns} generated situations alike (seed ${seed})`, async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const answers = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(situations(), async (situation) => {
      const answer = await compare(database.sql, situation);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }),
    { seed, numRuns },
  );
  console.log(
    `parity: seed ${seed}, ${numRuns} situations, no difference; ${
      [...answers].sort(([, a], [, b]) => b - a).map(([answer, count]) => `${answer} ${count}`).join(", ")
    }`,
  );
});
