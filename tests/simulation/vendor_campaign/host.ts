/**
 * The host's backend: it delivers, again and with other content, corrects what was rejected, and takes back.
 *
 * @module
 */
import type { SyncEntryState } from "../../../src/client/types.ts";
import assert from "node:assert/strict";
import type { Random } from "../campaign/random.ts";
import type { Tally } from "./killable_worker.ts";
import type { Delivered, Integration, Stage } from "./stage.ts";
import { describe, type Outcome } from "./subject.ts";
import { drawSoundVoucher, drawVoucher, keyOf, numberOf, type Voucher } from "./vouchers.ts";

export const ENTRIES = 200;

/** Odds at each attempt. */
const ODDS = { redelivery: 0.2, correction: 0.15, withdrawal: 0.1 };

/** The host of one schedule, which remembers what it has said of each entry, the newest last. */
export class Host {
  readonly #said = new Map<string, [Voucher, ...Voucher[]]>();

  constructor(
    readonly stage: Stage,
    readonly integration: Integration,
    readonly integrationType: string,
    readonly tally: Tally,
    readonly random: Random,
  ) {}

  /** Does what comes to its mind between two attempts. */
  async act(): Promise<void> {
    await this.#redeliver();
    if (this.random.chance(ODDS.correction)) await this.correct(0.3);
    await this.#withdraw();
  }

  async #redeliver(): Promise<void> {
    if (!this.random.chance(ODDS.redelivery)) return;
    // Half of them of what is under way, where it matters most.
    const underWay = await this.#keysIn("sending", "unknown");
    const again = Array.from({ length: this.random.upTo(5) }, () => {
      const key = this.random.chance(0.5) ? underWay[this.random.upTo(underWay.length) - 1] : undefined;
      return this.#drawAgain(key ?? keyOf(this.random.upTo(ENTRIES)));
    });
    const byKey = new Map(again.map((voucher) => [voucher.entry_key, voucher]));
    const delivered = await this.deliver([...byKey.values()]);
    this.#count("conflicts", delivered.conflicts);
    this.#count("refused again", delivered.refused.length);
  }

  /** Other content, or one that was delivered earlier: people change their minds twice. */
  #drawAgain(key: string): Voucher {
    const said = this.#said.get(key);
    return said !== undefined && this.random.chance(0.3)
      ? this.random.pick(said)
      : drawVoucher(this.random, numberOf(key));
  }

  /** Some of what was rejected, or is in another state, comes again, set right. */
  async correct(share: number, state: SyncEntryState = "rejected"): Promise<void> {
    const wrong = (await this.#keysIn(state)).filter(() => this.random.chance(share));
    const corrected = wrong.map((key) => drawSoundVoucher(this.random, numberOf(key)));
    if (corrected.length === 0) return;
    const { conflicts, replaced } = await this.deliver(corrected);
    this.#count("corrected", replaced);
    this.#count("corrected too late", conflicts);
  }

  async #keysIn(...states: SyncEntryState[]): Promise<string[]> {
    return (await this.stage.entriesIn(this.integration, states)).map(({ entry_key }) => entry_key);
  }

  /** Answers what became of it. */
  async deliver(vouchers: readonly Voucher[]): Promise<Delivered> {
    const delivered = await this.stage.deliver(this.integration, this.integrationType, vouchers);
    const refused = new Set(delivered.refused.map(({ entry_key }) => entry_key));
    for (const voucher of vouchers) {
      const { entry_key } = voucher;
      const earlier = this.#said.get(entry_key);
      if (!refused.has(entry_key)) {
        this.#said.set(entry_key, earlier === undefined ? [voucher] : [...earlier, voucher]);
      }
    }
    return delivered;
  }

  async #withdraw(): Promise<void> {
    if (!this.random.chance(ODDS.withdrawal)) return;
    const keys = Array.from({ length: this.random.upTo(3) }, () => keyOf(this.random.upTo(ENTRIES)));
    this.#count(
      "taken back",
      await this.stage.withdraw(this.integration, this.integrationType, keys),
    );
  }

  /** Each entry has the content that the host delivered last, or contradicts it openly. */
  checkNewest(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      const { entry_key, period, document_number, payload, contradicted_by } = outcome;
      const said = { entry_key, ...contradicted_by ?? { period, document_number, payload } };
      const newest = this.#said.get(entry_key)?.at(-1);
      assert.deepEqual(said, newest, `${describe(outcome)}, and not as it was delivered last`);
    }
  }

  #count(what: string, times: number): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + times);
  }
}
