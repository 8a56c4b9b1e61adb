import { InvalidArgumentError } from "@commander-js/extra-typings";

/** What the help says of the two arguments that name an integration. */
export const ORGANISATION = "id of the organisation, a uuid (your table of organisations has it)";
export const TYPE = "type of the integration, such as webhook, xledger or dynamics";

/** An id as the database takes it. */
export function uuid(text: string): string {
  if (/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError("It is no uuid, such as 11111111-1111-4111-8111-111111111111.");
}

/** An instant with its time zone. */
export function time(text: string): Date {
  const parsed = new Date(text);
  if (/T.*(Z|[+-]\d\d:?\d\d)$/i.test(text) && !Number.isNaN(parsed.getTime())) return parsed;
  throw new InvalidArgumentError(
    "It is no time with a zone, such as 2026-11-30T02:00:00Z or 2026-11-30T02:00:00+01:00.",
  );
}

/** Hours of a period for which the database explains slots: at most 366 days. */
export function hours(text: string): number {
  if (count(text) <= 8784) return Number(text);
  throw new InvalidArgumentError("It is more than 8784, which are 366 days.");
}

/** A whole number from 1 to 999999. */
export function count(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is no whole number from 1 to 999999.");
}
