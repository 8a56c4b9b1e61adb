/** npm itself, which runs where only Deno is, too: so a package is what npm makes of it. */
export const NPM = "npm:npm@11.16.0";
