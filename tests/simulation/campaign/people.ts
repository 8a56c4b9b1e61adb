/**
 * Those who have a hand in the outbox while workers are at it: the host, and an admin.
 *
 * @module
 */
import assert from "node:assert/strict";
import { z } from "zod";
import { delay } from "../../../local/wait.ts";
import { call, type Query, Refused } from "./calls.ts";
import { LARGEST_DELIVERY, PAUSE } from "./plan.ts";
import type { Random } from "./random.ts";
import type { Member, World } from "./world.ts";

/** The host, which does not remember what it has delivered, and changes its mind. */
export async function deliverAgain(world: World, random: Random): Promise<void> {
  if (!world.happens("entries_redelivered", random)) return;
  const { tenant } = anyMember(world, random);
  const known = await world.fate<{ payload: Record<string, unknown> }[]>`
    select entry_key, period, document_number, payload from public.sync_export_entries
    where integration_id = ${tenant.integrationId} order by random() limit ${random.upTo(LARGEST_DELIVERY)}`;
  const entries = known.map((entry) =>
    world.happens("entry_changed", random)
      ? { ...entry, payload: { ...entry.payload, version: random.upTo(3) } }
      : entry
  );
  const answer = await call(
    world,
    random,
    "deliver",
    { role: "service_role" },
    (sql) =>
      sql`select public.add_sync_entries(${tenant.orgId}, 'webhook', ${
        sql.json(entries as never)
      }) as answer`,
  );
  for (const [what, many] of Object.entries(countsSchema.parse(answer))) {
    assert.ok(what !== "added" || many === 0, "a key that is known is added");
    for (let n = 0; n < many; n++) world.count(`host: ${what}`);
  }
}

/** An admin, who looks up a batch of unknown outcome and says what became of it. */
export async function settle(world: World, random: Random): Promise<void> {
  const { tenant, vendor } = anyMember(world, random);
  // Only where nothing is on its way any more: a request under a key may arrive after its worker's end.
  if (vendor.kind !== "lookup" || !world.happens("batch_settled_by_hand", random)) return;
  const batch = await world.fate<{ entry_key: string; sent_at: string }[]>`
    select entry_key, sent_at::text from public.sync_export_entries
    where state = 'unknown' and batch_id = (
      select batch_id from public.sync_export_entries
      where integration_id = ${tenant.integrationId} and state = 'unknown' limit 1)`;
  if (batch.length === 0) return;
  const found = vendor.lookup(batch.map((entry) => entry.entry_key));
  // A person takes longer than a worker, which may send the batch again meanwhile.
  await delay(random.upTo(PAUSE.late));
  const decisions = batch.map(({ entry_key, sent_at }) => ({
    entry_key,
    resolution: found.has(entry_key) ? "exported" : random.pick(["resend", "resend", "abandon"] as const),
    sent_at,
  }));
  const answer = await call(
    world,
    random,
    "settle",
    { role: "authenticated", sub: tenant.userIds.admin },
    (sql) =>
      sql`select public.settle_sync_entries(
        ${tenant.orgId}, 'webhook', ${sql.json(decisions)}, 'looked up') as answer`,
  );
  // What a worker was faster with is settled already.
  if (answer === batch.length) world.count("admin: batch settled");
}

/** An admin, who pauses and resumes: what has not been reserved when the pause is answered waits for its end. */
export async function pause(world: World, random: Random): Promise<void> {
  if (!world.happens("integration_paused", random)) return;
  const { tenant } = anyMember(world, random);
  const asAdmin = (query: Query) =>
    call(world, random, "stop", { role: "authenticated", sub: tenant.userIds.admin }, query);
  await asAdmin((sql) =>
    sql`select id as answer from public.pause_integration_sync(${tenant.orgId}, 'webhook')`
  );
  const sent = () =>
    world.fate<
      { sent: string }[]
    >`select coalesce(string_agg(entry_id || ' ' || sent_at, ',' order by entry_id), '') as sent
      from public.sync_export_entries where integration_id = ${tenant.integrationId} and sent_at is not null`;
  const [before] = await sent();
  await delay(random.upTo(PAUSE.late));
  const [after] = await sent();
  assert.equal(after?.sent, before?.sent, "something is reserved while its integration is paused");
  while (true) {
    const resumed = await asAdmin((sql) =>
      sql`select id as answer from public.resume_integration_sync(${tenant.orgId}, 'webhook')`
    ).catch((error) => {
      // Its transaction was too old.
      if (!(error instanceof Refused)) throw error;
      return null;
    });
    if (resumed !== null) return world.count("admin: paused and resumed");
  }
}

const countsSchema = z.object({
  added: z.number(),
  replaced: z.number(),
  unchanged: z.number(),
  conflicts: z.number(),
});

/** One of the integrations. */
export function anyMember(world: World, random: Random): Member {
  const [first, ...others] = world.members.values();
  assert.ok(first, "a campaign has integrations");
  return random.pick([first, ...others]);
}
