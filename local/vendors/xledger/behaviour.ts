/** How the fake Xledger behaves where the facts leave it open, and where tenants differ. May be changed while it runs. */
export interface Behaviour {
  /** From staging to the import's attempt; null: only when the test asks. */
  importDelayMs: number | null;
  /** How long a change stays invisible to queries. Items that were imported disappear at once all the same. */
  visibilityDelayMs: number;
  /** Whether items stay in `glImportItems` after their import. */
  keepsImported: boolean;
  /** Whether one bad node refuses the whole mutation, or only itself. */
  atomic: boolean;
  /** Account codes that do not exist. */
  badAccounts: ReadonlySet<string>;
  /** Codes of the tax rules that exist. */
  taxRules: ReadonlySet<string>;
  /** Codes of the values that exist, by the field in which a line has them. */
  glObjects: Readonly<Record<string, ReadonlySet<string>>>;
  /** Account codes whose import leaves a warning, and goes through. */
  questionableAccounts: ReadonlySet<string>;
  /** Whether an account or another code that does not exist is refused at once or found by the import. */
  checksAccounts: "at_mutation" | "at_import";
  /** Which field of an import error names the item. */
  errorLink: "transactionDbId" | "dbId";
  dbIds: "number" | "string";
  echoesClientId: boolean;
  burst: { readonly requests: number; readonly perMs: number };
  /** Requests at the same time. */
  concurrency: number;
  /** What is left of the credits: a query costs one, a mutation one for every ten nodes. */
  credits: number;
  /** When they are filled up again, in milliseconds since the epoch; null: the answer does not say. */
  creditsResetAt: number | null;
  /** Whether `objectValues` can be asked for codes: that is not sure of the real one. */
  filtersCodes: boolean;
  /** Most items of a page. */
  pageSize: number;
  /** See `keepConnection`. */
  keepsConnections: boolean;
}

/** As Xledger documents it where that is sure, else as it is least convenient: bad accounts are found late. */
export function usualBehaviour(): Behaviour {
  return {
    importDelayMs: 0,
    visibilityDelayMs: 0,
    keepsImported: false,
    atomic: true,
    badAccounts: new Set(["9999"]),
    taxRules: new Set(["0", "1", "11", "13", "3"]),
    glObjects: {
      glObject1: new Set(["10", "20", "30"]),
      glObject2: new Set(["P1", "P2", "P3"]),
      glObject3: new Set(["N", "S"]),
    },
    questionableAccounts: new Set(),
    checksAccounts: "at_import",
    errorLink: "transactionDbId",
    dbIds: "number",
    echoesClientId: true,
    burst: { requests: 20, perMs: 5000 },
    concurrency: 10,
    credits: Infinity,
    creditsResetAt: null,
    filtersCodes: true,
    pageSize: 1000,
    keepsConnections: false,
  };
}
