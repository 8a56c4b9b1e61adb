import { fromCents } from "./exact_json.ts";
import { deleteLine, dimensionEntities, insertLine, lineEntity, patchLine } from "./journal_lines.ts";
import { ODataError } from "./odata_error.ts";
import type { Entity } from "./odata_filter.ts";
import { answerQuery } from "./odata_query.ts";
import { postJournal } from "./post_journal.ts";
import type { Company, Journal, LedgerEntry } from "./store.ts";

/** One request of the API, alone or inside a `$batch`. */
export interface Operation {
  readonly method: string;
  /** The whole address. */
  readonly address: URL;
  /** The path below the API's root. */
  readonly path: string;
  readonly ifMatch: string | null;
  readonly body: unknown;
}

/** Its answer; without a body there is none. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** What the API works on. */
export interface ApiState {
  readonly companies: readonly Company[];
  readonly now: () => number;
  pageSize: number;
  /** Milliseconds until reads show what was posted. */
  visibilityDelay: number;
  /** Whether journals show their posting number series: the page of the real API v2.0 does not. */
  showsPostingNumberSeries: boolean;
}

const id = "\\(([0-9a-f-]{36})\\)";
const routes = {
  companies: /^companies$/,
  company: new RegExp(`^companies${id}$`),
  information: new RegExp(`^companies${id}/companyInformation$`),
  journals: new RegExp(`^companies${id}/journals$`),
  journal: new RegExp(`^companies${id}/journals${id}$`),
  lines: new RegExp(`^companies${id}/journals${id}/journalLines$`),
  line: new RegExp(`^companies${id}/journals${id}/journalLines${id}$`),
  post: new RegExp(`^companies${id}/journals${id}/Microsoft\\.NAV\\.post$`, "i"),
  ledger: new RegExp(`^companies${id}/generalLedgerEntries$`),
  dimensions: new RegExp(`^companies${id}/dimensions$`),
  values: new RegExp(`^companies${id}/dimensions${id}/dimensionValues$`),
  taxGroups: new RegExp(`^companies${id}/taxGroups$`),
} as const;

/** Carries out one operation; nothing in here waits, so each is one transaction. Throws ODataError. */
export function carryOut(state: ApiState, operation: Operation): Answer {
  const { method, path } = operation;
  const [name, match] = findRoute(path);
  const answer = (entities: readonly Entity[]): Answer => ({
    status: 200,
    body: answerQuery(operation.address, entities, state.pageSize),
  });
  if (name === "companies" && method === "GET") return answer(state.companies.map(companyEntity));

  const company = state.companies.find((candidate) => candidate.id === match[1]);
  if (company === undefined) {
    throw new ODataError(404, "Internal_CompanyNotFound", "There is no such company.");
  }
  if (name === "company" && method === "GET") return { status: 200, body: companyEntity(company) };
  if (name === "information" && method === "GET") {
    const { displayName, currency: currencyCode } = company;
    return answer([{ id: company.id, displayName, currencyCode }]);
  }
  if (name === "journals" && method === "GET") {
    return answer(company.journals.map((journal) => journalEntity(state, journal)));
  }
  if (name === "ledger" && method === "GET") return answer(visibleEntries(state, company));

  if (name === "dimensions" && method === "GET") {
    return answer([...company.dimensions.keys()].map((code) => ({ id: dimensionId(company, code), code })));
  }
  if (name === "values" && method === "GET") {
    const found = [...company.dimensions].find(([code]) => dimensionId(company, code) === match[2]);
    return answer(Array.from(found?.[1] ?? [], (code) => ({ code })));
  }
  if (name === "taxGroups" && method === "GET") {
    return answer([...company.taxGroups.keys()].map((code) => ({ code, taxType: "VAT" })));
  }

  const journal = company.journals.find((candidate) => candidate.id === match[2]);
  if (journal === undefined) {
    throw new ODataError(404, "BadRequest_ResourceNotFound", "There is no such journal.");
  }
  const lineId = match[3] ?? "";
  switch (`${method} ${name}`) {
    case "GET journal":
      return { status: 200, body: journalEntity(state, journal) };
    case "GET lines":
      return answer(journal.lines.map((line) => lineEntity(journal, line)));
    case "POST lines":
      return { status: 201, body: lineEntity(journal, insertLine(company, journal, operation.body)) };
    case "PATCH line": {
      const line = patchLine(company, journal, lineId, operation.ifMatch, operation.body);
      return { status: 200, body: lineEntity(journal, line) };
    }
    case "DELETE line":
      deleteLine(journal, lineId, operation.ifMatch);
      return { status: 204 };
    case "POST post":
      postJournal(company, journal, state.now() + state.visibilityDelay);
      return { status: 204 };
    default:
      throw new ODataError(405, "BadRequest_MethodNotAllowed", `${method} is not allowed here.`);
  }
}

function findRoute(path: string): [keyof typeof routes, RegExpExecArray] {
  for (const [name, pattern] of Object.entries(routes)) {
    const match = pattern.exec(path);
    if (match !== null) return [name as keyof typeof routes, match];
  }
  throw new ODataError(404, "BadRequest_NotFound", `No HTTP resource was found at ${path}.`);
}

/** The same for the same dimension. */
function dimensionId({ id, dimensions }: Company, code: string): string {
  const index = [...dimensions.keys()].indexOf(code);
  return id.slice(0, -4) + String(index).padStart(4, "0");
}

function companyEntity({ id, name, displayName }: Company): Entity {
  return { id, name, displayName };
}

function journalEntity(state: ApiState, journal: Journal): Entity {
  const { id, code, displayName, postingNumberSeries, balancingAccountNumber } = journal;
  return {
    "@odata.etag": `W/"${id}"`,
    id,
    code,
    displayName,
    templateDisplayName: "GENERAL",
    balancingAccountNumber,
    ...(state.showsPostingNumberSeries ? { postingNumberSeries } : {}),
  };
}

// What is posted never changes, and a ledger is asked for often.
const entities = new WeakMap<LedgerEntry, Entity>();

function visibleEntries(state: ApiState, company: Company): Entity[] {
  return company.ledger.filter((entry) => entry.visibleAt <= state.now()).map((entry) => {
    const known = entities.get(entry) ?? ledgerEntity(entry);
    entities.set(entry, known);
    return known;
  });
}

function ledgerEntity(entry: LedgerEntry): Entity {
  return {
    id: entry.id,
    entryNumber: entry.entryNumber,
    postingDate: entry.postingDate,
    documentNumber: entry.documentNumber,
    documentType: " ",
    accountNumber: entry.accountNumber,
    description: entry.description,
    debitAmount: fromCents(entry.amount > 0n ? entry.amount : 0n),
    creditAmount: fromCents(entry.amount < 0n ? -entry.amount : 0n),
    dimensionSetLines: dimensionEntities(entry.dimensions),
  };
}
