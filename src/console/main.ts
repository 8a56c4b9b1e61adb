/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The console page: made only of the client library and the RPCs, to be built upon.
 *
 * @module
 */
import { applyTheme, readTheme } from "./theme.ts";
import "./console.ts";

applyTheme(readTheme());
