import assert from "node:assert/strict";
import type { ClaimedAlerts, MessageResult } from "../database/alerts_api.ts";
import { SyncError } from "../core/errors.ts";
import { post, setUp, token } from "../testing/handler_bench.ts";

Deno.test("the handler claims alerts, answers 202 and posts those of each organisation by themselves", async () => {
  const ids = ["a1", "a2"].map((tail) => `00000000-0000-4000-8000-0000000000${tail}`);
  const senders = ids.map((org_id) => ({ org_id, token }));
  const hanging = Promise.withResolvers<MessageResult[]>();
  const postAlerts = ({ sender }: ClaimedAlerts): Promise<MessageResult[]> =>
    sender.org_id === ids[0]
      ? hanging.promise
      : Promise.reject(new TypeError(`fetch failed: ${token} the address`));
  const { handler, seen, work } = setUp({ postAlerts });
  const response = await handler(post({ kind: "alerts", senders }));
  assert.equal(response.status, 202);
  assert.deepEqual([seen.senders, work.length], [senders, 2]);
  await work[1];
  const result = { message_id: "m", status: null, error: null, retry_after_seconds: null };
  hanging.resolve([{ ...result, outcome: "delivered" }, { ...result, outcome: "refused" }]);
  await Promise.all(work);
  const [broken, ended] = seen.logged.map((line) => JSON.parse(line));
  assert.deepEqual([broken.event, ended.event], ["alerts_broken", "alerts_ended"]);
  assert.deepEqual([ended.messages, ended.outcome], [2, "refused"], "the last message says how it ended");
  assert.ok(!seen.logged.join().includes("the address") && !seen.logged.join().includes(token));
});

Deno.test("the handler posts nothing when alerts cannot be claimed", async () => {
  const claimAlerts = () => Promise.reject(new SyncError("invalid_token", "the database's own words"));
  const { handler, work } = setUp({ claimAlerts });
  const asked = { kind: "alerts", senders: [{ org_id: "00000000-0000-4000-8000-0000000000a1", token }] };
  assert.deepEqual([(await handler(post(asked))).status, work.length], [401, 0]);
});
