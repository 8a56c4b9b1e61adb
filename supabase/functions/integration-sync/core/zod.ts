// All modules of the function import zod from here, so its version is written once. The specifier is inline: so it needs no
// import map, and the tools of a host resolve it from any folder.
export * from "npm:zod@4.6.7/mini";
