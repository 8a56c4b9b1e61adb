import assert from "node:assert/strict";
import { type Fault, type Rule, startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { webhook } from "../../../supabase/functions/integration-sync/connectors/webhook/connector.ts";
import { Random } from "../campaign/random.ts";
import { describe, type Subject, type SubjectTools } from "./subject.ts";
import { isBalanced, isFlawed, UNKNOWN_ACCOUNT } from "./vouchers.ts";

const CUT = '{"results":[{"entry_key":"expense-00001","sta';

/** A receiver that honours idempotency keys, and does everything else that receivers and proxies do. */
export async function webhookSubject({ random, vouchers }: SubjectTools): Promise<Subject> {
  const receiver = await startWebhookReceiver({ keepsConnections: random.chance(0.5) });
  // Signed, but not verified: the receiver's tolerance is minutes of the real clock, and the campaign's runs ahead.
  const secret = `whsec_${btoa("a secret of the campaign ..")}`;
  const flawed = vouchers.filter(isFlawed).map(({ entry_key }) => entry_key);
  const config = { url: receiver.url, batch_size: random.pick([10, 25, 60, 100]), timeout_seconds: 1 };
  let wasFree = false;
  const refusesWhole = random.chance(0.5);
  receiver.refuse(drawRule(new Random(random.upTo(1e9)), refusesWhole));
  return {
    integrationType: "webhook",
    config,
    changeRules(random) {
      const payloads = random.pick(["vouchers", "free"]);
      wasFree ||= payloads === "free";
      return { ...config, payloads };
    },
    credentials: { signing_secret: secret },
    connector: webhook,
    misfortunes: 0.4,
    misbehave: (random) => receiver.misbehave(drawFault(random, flawed)),
    async passTime(random) {
      // Under its key a request may come as late as it likes.
      if (random.chance(0.3)) await receiver.carryOutLate();
    },
    async lookUp() {
      await receiver.carryOutLate();
      return (entryKey) => receiver.ledger.has(entryKey);
    },
    isBooked: ({ entry_key }) => Promise.resolve(receiver.ledger.has(entry_key)),
    async check(outcomes) {
      await receiver.carryOutLate();
      const exported = outcomes.filter(({ state }) => state === "exported");
      for (const outcome of exported) {
        const { entry_key, period, document_number, payload } = outcome;
        const booked = receiver.ledger.get(entry_key);
        const { count, org_id, external_id, ...content } = { ...booked };
        assert.equal(count, 1, `${describe(outcome)}, and booked ${count} times`);
        assert.ok(org_id && external_id, describe(outcome));
        assert.ok(!refusesWhole || !hasUnknownAccount(payload), `${describe(outcome)}, and was refused`);
        assert.deepEqual(content, { period, document_number, payload }, describe(outcome));
      }
      assert.equal(receiver.ledger.size, exported.length, "something else is booked");
      for (const outcome of outcomes) {
        const { state, entry_key } = outcome;
        // What went out while payloads were free is not judged afterwards.
        if (!isBalanced(outcome)) {
          assert.ok(state === "rejected" || wasFree, `${describe(outcome)}, and does not balance`);
        } else if (state === "rejected") {
          assert.ok(flawed.includes(entry_key) || isFlawed(outcome), describe(outcome));
        }
      }
    },
    [Symbol.asyncDispose]: () => receiver.stop(),
  };
}

const hasUnknownAccount = (payload: unknown) => JSON.stringify(payload).includes(`"${UNKNOWN_ACCOUNT}"`);

/**
 * What the receiver refuses: each batch with a voucher that it cannot book, without naming it. Now and then it refuses
 * a batch as too large, or a repetition, whatever became of the first send.
 */
function drawRule(random: Random, refusesWhole: boolean): Rule {
  return ({ payloads, entryKeys, earlier }) => {
    if (refusesWhole && payloads.some(hasUnknownAccount)) {
      return { status: random.pick([400, 422]), body: random.pick([{}, { error: "No such account" }]) };
    }
    if (earlier > 0 && random.chance(0.1)) return { status: random.pick([400, 409, 413, 422]) };
    if (entryKeys.length > 1 && random.chance(0.03)) return { status: random.pick([400, 413]) };
    return null;
  };
}

function drawFault(random: Random, flawed: readonly string[]): Fault {
  // Who says 425 or 429 has taken nothing; of all others that is not known.
  const doubtful = random.pick([408, 409, 500, 502, 503, 504]);
  const html = { "content-type": "text/html" };
  return random.pick<Fault>([
    { kind: "drop" },
    { kind: "apply_then_drop" },
    { kind: "apply_later" },
    { kind: "status", status: random.pick([425, doubtful]) },
    { kind: "status", status: 503, headers: { "retry-after": String(random.upTo(120)) } },
    { kind: "status", status: 429 },
    { kind: "status", status: 429, headers: { "retry-after": String(random.upTo(120)) } },
    { kind: "status", status: 401 },
    { kind: "status", status: 200, headers: html, body: "<!doctype html><title>Sign in</title>" },
    { kind: "status", status: 200, body: CUT },
    { kind: "status", status: 200, body: { results: [] } },
    { kind: "status", status: 200, body: { error: "The database is read-only." } },
    { kind: "apply_then_status", status: doubtful },
    { kind: "apply_then_status", status: 200 },
    { kind: "slow", ms: random.chance(0.2) ? 1100 : 1 },
    { kind: "reject", entryKeys: flawed, error: "The account is not known." },
  ]);
}
