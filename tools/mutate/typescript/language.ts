import type { Language } from "../mutant.ts";

/** The Edge Function (area `function`), `src/rpc-logic` (`mirror`) and `src/client` (`client`). */
export const typescript: Language = {
  name: "typescript",
  makeMutants: () => Promise.resolve([]),
  openRunner: () => Promise.reject(new Error("no TypeScript mutants yet")),
};
