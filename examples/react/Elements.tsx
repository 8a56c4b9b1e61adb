import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { ManualSyncController } from "sync-scheduler";
import "sync-scheduler/elements";

type Sync<E> = DetailedHTMLProps<HTMLAttributes<E>, E> & { controller: ManualSyncController; locale?: string };

// React sets properties of custom elements by itself; its types need their names.
declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "manual-sync-button": Sync<HTMLElementTagNameMap["manual-sync-button"]>;
      "sync-status-banner": Sync<HTMLElementTagNameMap["sync-status-banner"]>;
    }
  }
}

/** The same as SyncButton, with the elements. */
export function SyncElements({ controller }: { controller: ManualSyncController }) {
  return (
    <>
      <sync-status-banner controller={controller} />
      <manual-sync-button controller={controller}>Sync now</manual-sync-button>
    </>
  );
}
