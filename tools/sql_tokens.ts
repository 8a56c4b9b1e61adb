import { loadModule, scanSync, type ScanToken } from "libpg-query";

// Only this is asynchronous: it loads the scanner, which is WebAssembly.
await loadModule();

/** Between dollar quotes. */
const BODY = /^\$\w*\$([^]*)\$\w*\$$/;

/** A token, and the line it begins in. */
export interface SqlToken extends ScanToken {
  readonly line: number;
}

/**
 * The tokens of SQL, also of the bodies of its functions. Comments are tokens.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sqlTokens } from "./sql_tokens.ts";
 *
 * const tokens = sqlTokens("-- æ\ndo $$\nbegin end $$;").map(({ text, line }) => `${line} ${text}`);
 * assert.deepEqual(tokens, ["1 -- æ", "2 do", "3 begin", "3 end", "3 ;"]);
 * ```
 */
export function sqlTokens(sql: string, firstLine = 1): SqlToken[] {
  const bytes = new TextEncoder().encode(sql);
  const decoder = new TextDecoder();
  let line = firstLine;
  let at = 0;
  return scanSync(sql).tokens.flatMap((token, n, tokens) => {
    // The scanner counts bytes.
    line += decoder.decode(bytes.subarray(at, token.start)).split("\n").length - 1;
    at = token.start;
    const [, body] = BODY.exec(token.text) ?? [];
    // Behind `comment on ... is` it is prose.
    const isProse = tokens[n - 1]?.text === "is";
    return body === undefined || isProse ? [{ ...token, line }] : sqlTokens(body, line);
  });
}
