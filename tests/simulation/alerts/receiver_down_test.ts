import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  claimAlerts,
  finishAlerts,
  type SenderRef,
} from "../../../supabase/functions/integration-sync/database/alerts_api.ts";
import { postAlerts } from "../../../supabase/functions/integration-sync/jobs/post_alerts.ts";
import { Random } from "../campaign/random.ts";
import { JumpClock } from "../../support/jump_clock.ts";
import { localTest } from "../../support/local_only.ts";
import { createTenant, type Tenant } from "../../support/tenant.ts";
import { type AlertReceiver, type Mood, startAlertReceiver } from "../../support/servers/alert_receiver.ts";
import { SimulatedDatabase } from "./simulated_database.ts";

const seed = Number(Deno.env.get("ALERTS_SEED") ?? 20261125);
const tickMs = 30_000;
const minute = 60_000;
const kinds = ["drift", "run_failed", "lost_worker", "start_failed", "missed_slot"] as const;

/** An organisation with a receiver of its alerts and of every run that ends. */
interface Listener extends Tenant {
  readonly receiver: AlertReceiver;
}

/** A message as the outbox has it; the time is on the clock of the test. */
interface Written {
  readonly id: string;
  readonly at: number;
  readonly attempts: number;
}

localTest(
  "a receiver that is down for an hour gets every alert once in effect and in order",
  async (platform) => {
    const random = new Random(seed);
    const clock = new JumpClock(Date.now());
    const begun = clock.now();
    const [down, up] = [begun + 30 * minute, begun + 90 * minute];
    await using database = await SimulatedDatabase.create(platform, clock);
    const { sql, rpc } = database;
    await sql`select setseed(${random.next()})`;
    const outside = { clock, random: () => random.next() };

    const isDown = () => clock.now() >= down && clock.now() < up;
    // Also when it is up, an answer is lost now and then: the message has arrived, and comes again.
    const moody = (): Mood => {
      if (isDown()) return random.pick(["unavailable", "drops"]);
      return random.chance(0.1) ? "takes_and_drops" : "well";
    };
    const secret = `whsec_${randomBytes(24).toString("base64")}`;
    const listen = async (mood: () => Mood): Promise<Listener> => {
      const receiver = await startAlertReceiver(secret, () => clock.now(), mood);
      const tenant = await createTenant(sql, platform);
      await database.at((sql) =>
        sql`select set_config('request.jwt.claims', '{"role": "service_role"}', false),
        public.configure_alert_webhook(${tenant.orgId}, ${
          sql.json({ url: receiver.url, secret, finished_runs: true })
        })`
      );
      return { ...tenant, receiver };
    };
    const troubled = await listen(moody);
    const lucky = await listen(() => "well");
    await using _troubled = troubled.receiver;
    await using _lucky = lucky.receiver;

    /** The Edge Function: it may die after it has posted and before it has said so. */
    async function post(senders: readonly SenderRef[]): Promise<void> {
      for (const claimed of await claimAlerts(rpc, senders)) {
        const results = await postAlerts(claimed, {
          clock,
          fetch,
          retiring: AbortSignal.any([]),
        });
        const dies = claimed.sender.org_id === troubled.orgId && random.chance(0.1);
        if (!dies) await finishAlerts(rpc, claimed.sender, results, outside);
      }
    }

    async function tick(): Promise<void> {
      clock.advance(tickMs);
      await database.at((sql) => sql`select sync_scheduler.tick()`);
      for (const posted of await database.takePosted()) {
        if (posted.kind === "alerts") await post(posted["senders"] as SenderRef[]);
      }
    }

    async function raiseOrResolve({ integrationId }: Listener): Promise<void> {
      const kind = random.pick(kinds);
      await database.at((sql) =>
        random.chance(0.3)
          ? sql`select sync_scheduler.resolve_alerts(${integrationId}, ${
            sql.array([kind])
          }::public.sync_alert_kind[])`
          : sql`select sync_scheduler.raise_alert(i, ${kind}, 'warning', now(), ${`Number ${
            random.upTo(1e6)
          }.`})
          from public.sync_integrations i where i.id = ${integrationId}`
      );
    }

    /** A run that is started, claimed and ended between two ticks, whatever becomes of alerts. */
    async function run({ orgId }: Listener): Promise<string> {
      await database.at((sql) => sql`select public.trigger_integration_sync(${orgId}, 'webhook')`);
      for (const { kind, run_id, attempt, token } of await database.takePosted()) {
        if (kind !== "run") continue;
        const ours = { run_id, attempt, token };
        await rpc("sync_worker_claim", { ...ours, boot_id: run_id, boot_ms: 20, cold_start: false });
        return Object(await rpc("sync_worker_finish", { ...ours, outcome: "succeeded" })).status;
      }
      return "not posted";
    }

    const runs: string[] = [];
    for (let passed = 0; passed < 3 * 60 * minute; passed += tickMs) {
      for (const listener of [troubled, lucky]) {
        if (random.chance(0.4)) await raiseOrResolve(listener);
        if (passed % (10 * minute) === 0) runs.push(await run(listener));
      }
      await tick();
    }
    for (let quiet = 0; quiet < 30; quiet++) await tick();

    assert.deepEqual(new Set(runs), new Set(["succeeded"]), "no export waits for a receiver of alerts");
    const written = async ({ orgId }: Listener): Promise<Written[]> =>
      await sql<
        Written[]
      >`select message_id as id, extract(epoch from created_at)::float8 * 1000 as at, attempts
      from sync_scheduler.alert_messages where org_id = ${orgId} order by number`;
    const [hard, easy] = [await written(troubled), await written(lucky)];
    for (const [messages, { receiver }] of [[hard, troubled], [easy, lucky]] as const) {
      assert.deepEqual(
        receiver.ledger.map(({ id }) => id),
        messages.map(({ id }) => id),
        "each once, in order",
      );
      assert.equal(new Set(receiver.ledger.map(({ id }) => id)).size, messages.length);
    }

    const delays = (messages: readonly Written[], { receiver }: Listener) =>
      messages.map(({ at }, index) => (receiver.ledger[index]?.at ?? Infinity) - at);
    const longest = Math.max(...delays(easy, lucky));
    assert.ok(
      longest <= tickMs,
      `the other organisation is kept waiting by none of it: ${longest} ms`,
    );
    const caughtUp = Math.max(
      ...troubled.receiver.ledger.filter((_, index) => (hard[index]?.at ?? 0) < up).map(({ at }) => at),
    ) - up;
    // The longest backoff, then what is repeated because an answer or a function was lost.
    assert.ok(caughtUp <= 30 * minute, `caught up ${caughtUp / minute} minutes after it was back`);
    const asked = troubled.receiver.requests.filter((at) => at >= down && at < up).length;
    assert.ok(asked <= 20, `a receiver that is down was asked ${asked} times in an hour`);

    const waited = hard.filter(({ at }) => at >= down && at < up).length;
    const repeated = troubled.receiver.requests.length - troubled.receiver.ledger.length - asked;
    console.log(
      `alerts: seed ${seed}, ${hard.length} messages, ${waited} of them while the receiver was down; it was asked ${asked} ` +
        `times in that hour and had all ${
          Math.round(caughtUp / 1000)
        } s after its return; ${repeated} came twice, none had ` +
        `an effect twice; the other organisation's ${easy.length} took ${
          Math.max(...delays(easy, lucky)) / 1000
        } s at most`,
    );
  },
);
