import type { Language } from "../mutant.ts";
import { makeTypescriptMutants } from "./make_mutants.ts";
import { openTypescriptRunner } from "./runner.ts";

/** The Edge Function (area `function`), `src/rpc-logic` (`mirror`) and `src/client` (`client`). */
export const typescript: Language = {
  name: "typescript",
  makeMutants: makeTypescriptMutants,
  openRunner: openTypescriptRunner,
};
