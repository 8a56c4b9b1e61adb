import type { SyncRun } from "../types.ts";

type Listener = (argument: never) => void;

/** A Realtime channel as realtime-js gives it to a watcher; a test plays the server. */
export class FakeChannel {
  readonly listeners: Record<string, Listener> = {};
  readonly filters: Record<string, unknown> = {};
  report: (status: string) => void = () => {};
  isLeft = false;

  constructor(readonly topic: string, readonly hasToken: boolean) {}

  on(type: string, filter: unknown, listener: Listener): this {
    this.listeners[type] = listener;
    this.filters[type] = filter;
    return this;
  }

  subscribe(callback: (status: string) => void): this {
    this.report = callback;
    return this;
  }

  /** The server has joined the channel and listens to the database. */
  goLive(): void {
    this.report("SUBSCRIBED");
    this.system("ok");
  }

  system(status: "ok" | "error", extension = "postgres_changes"): void {
    this.listeners.system?.({ status, extension, message: "" } as never);
  }

  /** A change as it arrives; a channel that was joined without a token hears of none. */
  change(row: unknown): void {
    if (this.hasToken) this.listeners.postgres_changes?.({ new: row } as never);
  }
}

/** The part of a supabase-js client that following a run uses. */
export class FakeSupabase {
  readonly channels: FakeChannel[] = [];
  /** How often the row was asked for. */
  looks = 0;
  /** What the next look sees: the row, or a failure. */
  row: SyncRun | null;
  failure: { readonly status: number; readonly code: string; readonly message: string } | null = null;
  /** Replaced by a test that lets an answer wait. */
  beforeAnswer: () => Promise<void> = () => Promise.resolve();
  isSessionOver = false;
  #hasToken = false;

  constructor(row: SyncRun) {
    this.row = row;
  }

  readonly realtime = {
    setAuth: (): Promise<void> => {
      if (this.isSessionOver) return Promise.reject(new Error("no session"));
      this.#hasToken = true;
      return Promise.resolve();
    },
  };

  /** The token that Realtime has is not good any more, until it is asked for a new one. */
  expireToken(): void {
    this.#hasToken = false;
    // As the server does it: a word, and then the door.
    const channel = this.joined;
    channel.system("error", "system");
    channel.report("CLOSED");
  }

  /** The channel that was joined last. */
  get joined(): FakeChannel {
    const channel = this.channels.at(-1);
    if (channel === undefined) throw new Error("no channel was joined");
    return channel;
  }

  channel(topic: string): FakeChannel {
    if (this.channels.some((other) => other.topic === topic)) {
      throw new Error("to realtime-js this is one channel");
    }
    const channel = new FakeChannel(topic, this.#hasToken);
    this.channels.push(channel);
    return channel;
  }

  removeChannel(channel: FakeChannel): Promise<string> {
    channel.isLeft = true;
    channel.report("CLOSED");
    return Promise.resolve("ok");
  }

  from(): unknown {
    const answer = async () => {
      this.looks++;
      const { row, failure } = this;
      await this.beforeAnswer();
      return failure === null
        ? { data: row, error: null, status: 200 }
        : { data: null, error: failure, status: failure.status };
    };
    return { select: () => ({ eq: () => ({ abortSignal: () => ({ maybeSingle: answer }) }) }) };
  }

  /** The calls of functions, in their order. */
  readonly calls: { readonly name: string; readonly args: unknown }[] = [];
  /** What functions answer: by default that they are of no concern here. */
  answer: (name: string) => Promise<unknown> = (name) => Promise.reject(new Error(`${name} was called`));

  rpc(name: string, args: unknown): unknown {
    this.calls.push({ name, args });
    return { abortSignal: () => this.answer(name) };
  }
}
