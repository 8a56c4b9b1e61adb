import type { Language } from "./mutant.ts";
import { sql } from "./sql/language.ts";
import { typescript } from "./typescript/language.ts";

/** Everything that can be mutated. */
export const languages: readonly Language[] = [sql, typescript];
