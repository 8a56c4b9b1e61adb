import { z } from "zod";
import { ExactNumber, fromCents, toCents } from "./exact_json.ts";
import { ODataError } from "./odata_error.ts";
import type { Entity } from "./odata_filter.ts";
import type { Company, Journal, JournalLine } from "./store.ts";

const exact = z.instanceof(ExactNumber);
// As servers write it; Microsoft's examples have "G/L Account".
const glAccount = "G_x002F_L_x0020_Account";
// An id is taken and ignored, as the real API does: a client cannot choose it.
const fieldsSchema = z.strictObject({
  id: z.unknown().optional(),
  lineNumber: exact.optional(),
  accountType: z.literal(glAccount).optional(),
  accountNumber: z.string().optional(),
  postingDate: z.iso.date().optional(),
  documentNumber: z.string().optional(),
  externalDocumentNumber: z.string().optional(),
  amount: exact.optional(),
  description: z.string().optional(),
  comment: z.string().optional(),
  taxCode: z.string().optional(),
  dimensionSetLines: z.array(z.strictObject({ code: z.string(), valueCode: z.string() })).optional(),
});

const longest = {
  documentNumber: 20,
  externalDocumentNumber: 35,
  description: 100,
  comment: 250,
  taxCode: 20,
} as const;

/** POST journalLines. The line number is the key of an unposted line; without one, the next is given. */
export function insertLine(company: Company, journal: Journal, raw: unknown): JournalLine {
  const last = journal.lines.reduce((highest, line) => Math.max(highest, line.lineNumber), 0);
  const blank: JournalLine = {
    id: crypto.randomUUID(),
    etag: "",
    lineNumber: last + 10_000,
    accountNumber: "",
    postingDate: "2026-01-01",
    documentNumber: "",
    externalDocumentNumber: "",
    amount: 0n,
    description: "",
    comment: "",
    taxCode: "",
    dimensions: new Map(),
  };
  const line = changed(company, journal, blank, raw);
  journal.lines.push(line);
  journal.lines.sort((a, b) => a.lineNumber - b.lineNumber);
  return line;
}

/** PATCH journalLines(id). */
export function patchLine(
  company: Company,
  journal: Journal,
  id: string,
  ifMatch: string | null,
  raw: unknown,
): JournalLine {
  const before = lineToChange(journal, id, ifMatch);
  const after = changed(company, journal, before, raw);
  journal.lines = journal.lines.map((line) => line === before ? after : line);
  return after;
}

/** DELETE journalLines(id). */
export function deleteLine(journal: Journal, id: string, ifMatch: string | null): void {
  const line = lineToChange(journal, id, ifMatch);
  journal.lines = journal.lines.filter((other) => other !== line);
}

/** A line as the API shows it. */
export function lineEntity(journal: Journal, line: JournalLine): Entity {
  return {
    "@odata.etag": line.etag,
    id: line.id,
    journalId: journal.id,
    journalDisplayName: journal.code,
    lineNumber: new ExactNumber(String(line.lineNumber)),
    accountType: glAccount,
    accountNumber: line.accountNumber,
    postingDate: line.postingDate,
    documentNumber: line.documentNumber,
    externalDocumentNumber: line.externalDocumentNumber,
    amount: fromCents(line.amount),
    description: line.description,
    comment: line.comment,
    taxCode: line.taxCode,
    dimensionSetLines: dimensionEntities(line.dimensions),
  };
}

/** Dimension set lines as the API shows them where they are asked for. */
export function dimensionEntities(dimensions: ReadonlyMap<string, string>): Entity[] {
  return Array.from(dimensions, ([code, valueCode]) => ({ code, valueCode, displayName: code }));
}

function lineToChange(journal: Journal, id: string, ifMatch: string | null): JournalLine {
  const line = journal.lines.find((candidate) => candidate.id === id);
  if (line === undefined) {
    throw new ODataError(404, "BadRequest_ResourceNotFound", "The journal line does not exist.");
  }
  if (ifMatch === null) {
    const message = "Could not validate the client concurrency token required by the service.";
    throw new ODataError(400, "BadRequest_InvalidToken", message);
  }
  if (ifMatch !== "*" && ifMatch !== line.etag) {
    const message = "Another user has already changed the record.";
    throw new ODataError(409, "Request_EntityChanged", message);
  }
  return line;
}

function changed(company: Company, journal: Journal, before: JournalLine, raw: unknown): JournalLine {
  const parsed = fieldsSchema.safeParse(raw);
  if (!parsed.success) {
    throw new ODataError(400, "BadRequest", `Invalid journal line: ${z.prettifyError(parsed.error)}`);
  }
  const { id: _ignored, accountType: _only, lineNumber, amount, dimensionSetLines, ...texts } = parsed.data;
  for (const [name, limit] of Object.entries(longest)) {
    const text = texts[name as keyof typeof longest] ?? "";
    if (text.length > limit) {
      const message =
        `The length of the string is ${text.length}, but it must be at most ${limit} characters.`;
      throw new ODataError(400, "Application_StringExceededLength", `${name}: ${message}`);
    }
  }
  const defined = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined));
  const line: JournalLine = {
    ...before,
    ...defined,
    ...(lineNumber === undefined ? {} : { lineNumber: toLineNumber(lineNumber) }),
    ...(amount === undefined ? {} : { amount: toCents(amount) }),
    etag: `W/"JzQ0O${crypto.randomUUID()}'"`,
  };
  // Fields of type Code are upper case and without blanks around them.
  const documentNumber = line.documentNumber.trim().toUpperCase();
  const accountNumber = line.accountNumber.trim().toUpperCase();
  if (accountNumber !== "" && !company.accounts.has(accountNumber)) {
    const message = 'The "accountNumber" does not match to an Account.';
    throw new ODataError(400, "Application_DialogException", message);
  }
  if (journal.lines.some((other) => other.id !== line.id && other.lineNumber === line.lineNumber)) {
    const message = `The record in table Gen. Journal Line already exists. Line No.='${line.lineNumber}'`;
    throw new ODataError(400, "Internal_EntityWithSameKeyExists", message);
  }
  const isNew = before.etag === "";
  const taxCode = isNew && !company.keepsTaxCode ? "" : line.taxCode.trim().toUpperCase();
  if (taxCode !== "" && !company.taxGroups.has(taxCode)) {
    const message =
      `The field VAT Prod. Posting Group of table Gen. Journal Line contains a value (${taxCode}) that cannot be found.`;
    throw new ODataError(400, "Internal_RecordNotFound", message);
  }
  const brought = isNew ? company.defaultDimensions.get(accountNumber) ?? new Map() : before.dimensions;
  const dimensions = withDimensions(company, brought, dimensionSetLines ?? []);
  return { ...line, documentNumber, accountNumber, taxCode, dimensions };
}

/** Nested dimension set lines are inserted behind their line, in its transaction. */
function withDimensions(
  company: Company,
  brought: ReadonlyMap<string, string>,
  lines: readonly { readonly code: string; readonly valueCode: string }[],
): ReadonlyMap<string, string> {
  const dimensions = new Map(brought);
  for (const { code, valueCode } of lines) {
    const [dimension, value] = [code.toUpperCase(), valueCode.toUpperCase()];
    const values = company.dimensions.get(dimension);
    if (values === undefined) {
      throw new ODataError(400, "Application_DialogException", 'The "code" does not match to a Dimension.');
    }
    if (!values.has(value)) {
      const message = 'The "valueCode" does not match to a Dimension Value.';
      throw new ODataError(400, "Application_DialogException", message);
    }
    if (dimensions.has(dimension)) {
      const message =
        "The dimension set line already exists. Check existing dimension set lines and the default dimension set lines on the parent.";
      throw new ODataError(400, "Application_DialogException", message);
    }
    dimensions.set(dimension, value);
  }
  return dimensions;
}

function toLineNumber({ digits }: ExactNumber): number {
  const value = Number(digits);
  if (/^\d+$/.test(digits) && value >= 1 && value <= 2_147_483_647) return value;
  throw new ODataError(400, "BadRequest", "lineNumber must be an integer of 32 bits.");
}
