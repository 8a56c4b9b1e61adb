import type { ApiKeys } from "../api_keys.ts";
import { Channel, type ChannelSubscription } from "./channel.ts";
import { decodeFrame, encodeFrame, type Frame, replyTo } from "./frames.ts";
import type { Claims } from "./token.ts";

/** One WebSocket with its channels. */
export class Connection {
  readonly #channels = new Map<string, Channel>();
  // One message after the other: a leave must not overtake the join that it ends.
  #last: Promise<void> = Promise.resolve();

  constructor(
    readonly socket: WebSocket,
    readonly keys: ApiKeys,
    readonly keyClaims: Claims,
    readonly subscribe: (subscriptions: readonly ChannelSubscription[]) => Promise<void>,
  ) {
    socket.onmessage = ({ data }) => {
      const frame = decodeFrame(data);
      if (frame === null) return;
      this.#last = this.#last.then(() => this.#receive(frame)).catch((error) => {
        console.error("Local Realtime:", error);
        socket.close(1011);
      });
    };
  }

  get channels(): Iterable<Channel> {
    return this.#channels.values();
  }

  send(frame: Frame): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(encodeFrame(frame));
  }

  forget(channel: Channel): void {
    if (this.#channels.get(channel.topic) === channel) this.#channels.delete(channel.topic);
  }

  /** Ends all channels of a connection that is gone. */
  end(): void {
    for (const channel of [...this.#channels.values()]) channel.end();
  }

  async #receive(frame: Frame): Promise<void> {
    if (frame.topic === "phoenix") {
      if (frame.event === "heartbeat") this.send(replyTo(frame, "ok"));
      return;
    }
    const channel = this.#channels.get(frame.topic);
    if (frame.event === "phx_join") {
      // A second join of a topic takes the first one's place.
      channel?.close();
      const joining = new Channel(frame.topic, frame.joinRef, this);
      this.#channels.set(frame.topic, joining);
      if (!await joining.join(frame)) joining.end();
    } else if (channel === undefined) {
      this.send(replyTo(frame, "error", { reason: "unmatched topic" }));
    } else if (frame.event === "phx_leave") {
      this.send(replyTo(frame, "ok"));
      channel.close();
    } else if (frame.event === "access_token") {
      const { access_token } = (frame.payload ?? {}) as { access_token?: unknown };
      if (typeof access_token === "string" && !access_token.startsWith("sb_")) {
        await channel.refresh(access_token);
      }
    }
  }
}
