import type { Language } from "../mutant.ts";

/** `supabase/schemas`. */
export const sql: Language = {
  name: "sql",
  makeMutants: () => Promise.resolve([]),
  openRunner: () => Promise.reject(new Error("no SQL mutants yet")),
};
