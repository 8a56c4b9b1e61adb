import { fileURLToPath } from "node:url";

/**
 * The folder that holds `supabase/`: the checkout, or the npm package. The package keeps its scripts in `cli/` too, so that
 * the path is the same.
 */
export const root: string = fileURLToPath(new URL("../", import.meta.url));
