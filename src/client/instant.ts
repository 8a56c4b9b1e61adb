/**
 * Reads a `timestamptz` as the Data API, Realtime or the details of an error carry it. Null for null, for `infinity`
 * and for what is no instant at all.
 *
 * Not `new Date`: Postgres has a form of its own (a space, and an offset of two digits). The specification of
 * JavaScript leaves that form open, and Safari refuses it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { toInstant } from "./instant.ts";
 *
 * assert.equal(toInstant("2026-11-25 13:00:00.5+01")?.toISOString(), "2026-11-25T12:00:00.500Z");
 * assert.equal(toInstant("2026-11-25T12:00:00Z")?.toISOString(), "2026-11-25T12:00:00.000Z");
 * assert.equal(toInstant("infinity"), null);
 * ```
 */
export function toInstant(text: unknown): Date | null {
  if (typeof text !== "string") return null;
  const iso = text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");
  const instant = new Date(iso);
  return Number.isNaN(instant.getTime()) ? null : instant;
}
