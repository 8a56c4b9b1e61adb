import { execute, type ExecutionResult, GraphQLError, parse, validate } from "graphql";
import type { GraphQLSchema } from "graphql";
import type { Behaviour } from "./behaviour.ts";
import { codeFault, type ImportNode, type Ledger } from "./ledger.ts";
import type { XledgerError } from "./quotas.ts";

const mostNodes = 500;

/** A request's body, parsed. */
export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What an operation answers, and what it costs. */
export interface Executed {
  readonly body: { readonly data?: unknown; readonly errors?: readonly XledgerError[] };
  readonly credits: number;
}

interface Filter {
  readonly dbId_in?: readonly number[];
  readonly transactionDbId_in?: readonly number[];
  readonly extIdentifier?: string;
  readonly extIdentifier_in?: readonly string[];
  readonly trRegNumber_in?: readonly number[];
  readonly code_in?: readonly string[];
  readonly objectKindDbId?: number;
}

interface PageArguments {
  readonly first?: number;
  readonly after?: string;
  readonly filter?: Filter;
}

interface Row {
  readonly dbId: number;
  readonly transactionDbId?: number;
  readonly extIdentifier?: string | undefined;
  readonly trRegNumber?: number | undefined;
  readonly code?: string;
  readonly objectKind?: { readonly dbId: number };
}

/** Executes a GraphQL operation on the ledger. `mostApplied` cuts a mutation short, as a crash would. */
export function executeOperation(
  schema: GraphQLSchema,
  ledger: Ledger,
  { query, variables }: Operation,
  now: number,
  mostApplied = Infinity,
): Executed {
  let credits = 1;
  const partial: XledgerError[] = [];
  const isVisible = (row: { visibleAt: number }) => row.visibleAt <= now;
  const page = <T extends Row>(rows: readonly T[], arguments_: PageArguments) =>
    toPage(rows, arguments_, ledger.behaviour.pageSize);

  const root = {
    objectValues: (arguments_: PageArguments) => {
      if (arguments_.filter?.code_in && !ledger.behaviour.filtersCodes) {
        throw invalid('Field "code_in" is not defined by type "ObjectValue_Filter".');
      }
      return page(objectValues(ledger.behaviour), arguments_);
    },
    glImportItems: (arguments_: PageArguments) =>
      page(
        asked(ledger.staged, arguments_).filter(isVisible).map(({ dbId, node }) => ({ ...node, dbId })),
        arguments_,
      ),
    glImportItemErrors: (arguments_: PageArguments) =>
      page(
        ledger.errors.map(({ level, ...error }) => ({ ...error, errorLevel: { name: level } })),
        arguments_,
      ),
    journalEntries: (arguments_: PageArguments) =>
      page(
        asked(ledger.journal, arguments_).filter(isVisible).map(({ node, ...entry }) => ({
          ...node,
          ...entry,
        })),
        arguments_,
      ),
    addGLImportItems: ({ inputs }: { inputs: readonly { node: ImportNode; clientId?: string }[] }) => {
      if (inputs.length > mostNodes) throw invalid(`At most ${mostNodes} nodes in a mutation.`);
      credits = Math.ceil(inputs.length / 10);
      const faults = inputs.map(({ node }) => faultOf(node, ledger));
      const fault = faults.find((message) => message !== null);
      if (fault && ledger.behaviour.atomic) throw invalid(fault);
      const edges = inputs.slice(0, mostApplied).flatMap(({ node, clientId }, index) => {
        const message = faults[index];
        if (message) {
          partial.push({ message, extensions: { code: "INVALID_VALUE" } });
          return [];
        }
        const { dbId } = ledger.stage(node, now);
        return [{ node: { dbId }, clientId: ledger.behaviour.echoesClientId ? clientId : null }];
      });
      return { edges };
    },
  };

  const answer = run(schema, query, variables, root);
  const errors = [...(answer.errors ?? []).map(toXledgerError), ...partial];
  return { body: { ...answer, ...(errors.length > 0 ? { errors } : {}) } as Executed["body"], credits };
}

function run(
  schema: GraphQLSchema,
  query: string,
  variableValues: Readonly<Record<string, unknown>>,
  rootValue: unknown,
): ExecutionResult {
  try {
    const document = parse(query);
    const faults = validate(schema, document);
    if (faults.length > 0) return { errors: faults };
    return execute({ schema, document, rootValue, variableValues }) as ExecutionResult;
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
}

function faultOf(node: ImportNode, ledger: Ledger): string | null {
  if (node.invoiceAmount === undefined && node.amount === undefined) return "An amount is required.";
  return ledger.behaviour.checksAccounts === "at_mutation" ? codeFault(node, ledger.behaviour) : null;
}

/** Tax rules are of the kind 14; the kinds of the others are a tenant's own. */
function objectValues({ taxRules, glObjects }: Behaviour): Row[] {
  const kinds = [
    { dbId: 14, name: "TAX_RULE", codes: taxRules },
    ...Object.entries(glObjects).map(([name, codes], index) => ({ dbId: 30 + index, name, codes })),
  ];
  let dbId = 0;
  return kinds.flatMap(({ codes, ...objectKind }) =>
    Array.from(codes, (code) => ({ dbId: ++dbId, code, objectKind }))
  );
}

function invalid(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "INVALID_VALUE" } });
}

function toXledgerError(error: GraphQLError): XledgerError {
  const { message, extensions } = error;
  return { message, ...(Object.keys(extensions ?? {}).length > 0 ? { extensions } : {}) };
}

function toPage<T extends Row>(
  rows: readonly T[],
  { first = 100, after, filter = {} }: PageArguments,
  pageSize: number,
): unknown {
  const start = after === undefined || after === null ? 0 : Number(atob(after));
  const found = rows
    .filter((row) => row.dbId > start && matches(row, filter))
    .toSorted((a, b) => a.dbId - b.dbId);
  const shown = found.slice(0, Math.min(first, pageSize));
  return {
    edges: shown.map((node) => ({ cursor: btoa(String(node.dbId)), node })),
    pageInfo: { hasNextPage: shown.length < found.length, hasPreviousPage: start > 0 },
  };
}

/** Of thousands, those with an external identifier that is asked for; the rest of a filter comes later. */
function asked<T extends { readonly node: ImportNode }>(
  rows: readonly T[],
  { filter }: PageArguments,
): readonly T[] {
  if (!filter?.extIdentifier_in) return rows;
  const ids = new Set(filter.extIdentifier_in);
  return rows.filter(({ node }) => ids.has(node.extIdentifier ?? ""));
}

function matches(row: Row, filter: Filter): boolean {
  const within = <T>(list: readonly T[] | undefined, value: T | undefined) =>
    list === undefined || (value !== undefined && list.includes(value));
  return within(filter.dbId_in, row.dbId) &&
    within(filter.transactionDbId_in, row.transactionDbId) &&
    within(filter.extIdentifier_in, row.extIdentifier) &&
    within(filter.trRegNumber_in, row.trRegNumber) &&
    within(filter.code_in, row.code) &&
    (filter.objectKindDbId === undefined || filter.objectKindDbId === row.objectKind?.dbId) &&
    (filter.extIdentifier === undefined || filter.extIdentifier === row.extIdentifier);
}
