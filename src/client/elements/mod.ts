/// <reference lib="dom" />
/**
 * Custom elements for the Sync Scheduler, built on Lit: `<manual-sync-button>` and `<sync-status-banner>`. Importing
 * this module defines them. They work in any framework, or in none; give both the same controller, and they share one
 * subscription.
 *
 * @example
 * ```ts ignore
 * import { ManualSyncController, SyncSchedulerRepository } from "sync-scheduler";
 * import "sync-scheduler/elements";
 *
 * const controller = new ManualSyncController(new SyncSchedulerRepository(supabase), orgId, "xledger");
 * document.querySelector("manual-sync-button")!.controller = controller;
 * document.querySelector("sync-status-banner")!.controller = controller;
 * ```
 *
 * @example React 19 sets properties of custom elements; `examples/react/Elements.tsx` declares them to its types
 * ```tsx ignore
 * function Sync({ controller }: { controller: ManualSyncController }) {
 *   return (
 *     <>
 *       <manual-sync-button controller={controller} locale="nb" />
 *       <sync-status-banner controller={controller} locale="nb" />
 *     </>
 *   );
 * }
 * ```
 *
 * @module
 */
import { ManualSyncButton } from "./manual_sync_button.ts";
import { SyncStatusBanner } from "./sync_status_banner.ts";

export { SyncElement } from "./sync_element.ts";
export { ManualSyncButton, SyncStatusBanner };

declare global {
  /** So that `document.querySelector` knows the elements by their names. */
  interface HTMLElementTagNameMap {
    /** The button. */
    "manual-sync-button": ManualSyncButton;
    /** The banner. */
    "sync-status-banner": SyncStatusBanner;
  }
}

// Twice on a page, by two bundles, is no error: the first is in use.
const elements = { "manual-sync-button": ManualSyncButton, "sync-status-banner": SyncStatusBanner };
for (const [name, element] of Object.entries(elements)) {
  if (!customElements.get(name)) customElements.define(name, element);
}
