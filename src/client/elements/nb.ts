/// <reference lib="dom" />
/**
 * Lets the elements speak Norwegian Bokmål, with `locale="nb"`. An app whose repository has `messages: nb` does not need
 * it: the elements speak the repository's language anyway.
 *
 * @example
 * ```html
 * <sync-status-banner locale="nb"></sync-status-banner>
 * <script type="module">
 *   import "sync-scheduler/elements";
 *   import "sync-scheduler/elements/nb";
 * </script>
 * ```
 *
 * @module
 */
import { nb } from "../messages/nb.ts";
import { SyncElement } from "./sync_element.ts";

SyncElement.languages.push(nb);
