import type { ApiKeys } from "../api_keys.ts";
import type { Subscription } from "./audience.ts";
import { parseFilter } from "./filters.ts";
import { type Frame, JoinPayload, replyTo } from "./frames.ts";
import { type Claims, expiredMessage, TokenRefused, verifyToken } from "./token.ts";

/** A subscription of a channel, with the id by which its messages name it. */
export interface ChannelSubscription extends Subscription {
  readonly id: number;
  readonly channel: Channel;
}

/** What a channel needs of its surroundings. */
export interface ChannelHost {
  readonly keys: ApiKeys;
  /** Who the connection's API key stands for: channels without a token are that. */
  readonly keyClaims: Claims;
  send(frame: Frame): void;
  /** Resolves when changes are read; rejects with what is wrong with the subscriptions. */
  subscribe(subscriptions: readonly ChannelSubscription[]): Promise<void>;
  /** The channel is over. */
  forget(channel: Channel): void;
}

// Further ahead a timer cannot look.
const LONGEST_TIMER_MS = 3600_000;

/** One joined topic of a connection. */
export class Channel {
  #claims: Claims;
  #token: string | null = null;
  #expiry: ReturnType<typeof setTimeout> | undefined;
  #subscriptions: readonly ChannelSubscription[] = [];
  #announced = false;
  #closed = false;

  constructor(readonly topic: string, readonly joinRef: string | null, readonly host: ChannelHost) {
    this.#claims = host.keyClaims;
  }

  get subscriptions(): readonly ChannelSubscription[] {
    return this.#subscriptions;
  }

  /** Answers a `phx_join`; false when the channel is not joined. */
  async join(frame: Frame): Promise<boolean> {
    const { access_token, config } = JoinPayload.parse(frame.payload ?? {});
    try {
      await this.#become(access_token ?? null);
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      this.host.send(replyTo(frame, "error", { reason: `InvalidJWTToken: ${error.message}` }));
      return false;
    }
    const asked = config.postgres_changes.map((params, n) => ({ ...params, id: n + 1 }));
    this.host.send(replyTo(frame, "ok", { postgres_changes: asked }));
    if (asked.length > 0) void this.#subscribe(asked);
    return true;
  }

  /** Takes the fresh token of an `access_token` message. */
  async refresh(token: string): Promise<void> {
    if (token === this.#token) return;
    try {
      await this.#become(token);
      this.announceAgain();
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      this.#shutDown(error.message);
    }
  }

  /**
   * Reports to the subscriber once more that changes are read from now on, because before some may have been missed.
   */
  announceAgain(): void {
    if (this.#announced) this.#announce();
  }

  /** Ends it without a word, as when its connection is gone. */
  end(): void {
    this.#closed = true;
    this.#subscriptions = [];
    clearTimeout(this.#expiry);
    this.host.forget(this);
  }

  /** Ends it and says so. */
  close(): void {
    if (this.#closed) return;
    this.end();
    this.#push("phx_close", {}, this.joinRef);
  }

  async #become(token: string | null): Promise<void> {
    // A key instead of a session: supabase-js sends it without a session.
    const isSession = token !== null && !token.startsWith("sb_");
    this.#claims = isSession ? await verifyToken(token, this.host.keys.jwtSecret) : this.host.keyClaims;
    this.#token = token;
    this.#watchExpiry();
  }

  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    const { exp } = this.#claims;
    if (exp === null || this.#closed) return;
    const leftMs = exp * 1000 - Date.now();
    if (leftMs <= 0) return this.#shutDown(expiredMessage(exp));
    this.#expiry = setTimeout(() => this.#watchExpiry(), Math.min(leftMs, LONGEST_TIMER_MS));
  }

  async #subscribe(asked: readonly (Record<string, unknown> & { id: number })[]): Promise<void> {
    try {
      this.#subscriptions = asked.map((params) => this.#subscription(params));
      await this.host.subscribe(this.#subscriptions);
      if (!this.#closed) this.#announce();
    } catch (error) {
      this.#subscriptions = [];
      if (!this.#closed) this.#system("postgres_changes", "error", (error as Error).message);
    }
  }

  #subscription(params: Record<string, unknown> & { id: number }): ChannelSubscription {
    const text = (name: string, otherwise: string) =>
      typeof params[name] === "string" ? params[name] : otherwise;
    const event = text("event", "*").toUpperCase();
    return {
      id: params.id,
      channel: this,
      event: event === "INSERT" || event === "UPDATE" || event === "DELETE" ? event : "*",
      schema: text("schema", "public"),
      table: text("table", "*"),
      conditions: parseFilter(text("filter", "")),
      claims: () => this.#claims,
    };
  }

  /** As the real one when the token's time is over: a word, and the end. The client does not join again by itself. */
  #shutDown(message: string): void {
    this.#system("system", "error", message);
    this.close();
  }

  #announce(): void {
    this.#announced = true;
    this.#system("postgres_changes", "ok", "Subscribed to PostgreSQL");
  }

  #system(extension: string, status: "ok" | "error", message: string): void {
    this.#push("system", { extension, status, message, channel: this.topic.replace(/^realtime:/, "") });
  }

  #push(event: string, payload: unknown, ref: string | null = null): void {
    this.host.send({ joinRef: this.joinRef, ref, topic: this.topic, event, payload });
  }
}
