import { z } from "zod";

/** One message of Realtime's protocol 2.0.0, in either direction. */
export interface Frame {
  /** The `ref` of the join of the channel that it belongs to. */
  readonly joinRef: string | null;
  /** Answers repeat it. */
  readonly ref: string | null;
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
}

const wire = z.tuple([z.string().nullable(), z.string().nullable(), z.string(), z.string(), z.unknown()]);

/** What a client has sent; null for anything that is not of this protocol. */
export function decodeFrame(data: unknown): Frame | null {
  if (typeof data !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  const parsed = wire.safeParse(value);
  if (!parsed.success) return null;
  const [joinRef, ref, topic, event, payload] = parsed.data;
  return { joinRef, ref, topic, event, payload };
}

/** As it goes over the wire. */
export function encodeFrame({ joinRef, ref, topic, event, payload }: Frame): string {
  return JSON.stringify([joinRef, ref, topic, event, payload]);
}

/** The answer to a client's message. */
export function replyTo(frame: Frame, status: "ok" | "error", response: unknown = {}): Frame {
  return { ...frame, event: "phx_reply", payload: { status, response } };
}

/** What a client asks for when it joins; whatever else the payload holds is for parts that are not played here. */
export const JoinPayload = z.object({
  access_token: z.string().nullish(),
  config: z.object({ postgres_changes: z.array(z.record(z.string(), z.unknown())).default([]) })
    .default({ postgres_changes: [] }),
});
