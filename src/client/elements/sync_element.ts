/// <reference lib="dom" />
import { LitElement, type PropertyValues } from "lit";
import { ManualSyncController } from "../manual_sync/manual_sync_controller.ts";
import type { ManualSyncSnapshot } from "../manual_sync/manual_sync_state.ts";
import { en } from "../messages/en.ts";
import type { SyncMessages } from "../messages/sync_messages.ts";
import type { SyncSchedulerRepository } from "../repository.ts";
import type { SyncSchedulerError } from "../sync_scheduler_error.ts";

/** What both elements are: a view of a controller. */
export abstract class SyncElement extends LitElement {
  /** How Lit reads properties and attributes. */
  static override properties: Record<string, { attribute?: string | boolean; state?: boolean }> = {
    controller: { attribute: false },
    repository: { attribute: false },
    messages: { attribute: false },
    orgId: { attribute: "org-id" },
    integrationType: { attribute: "integration-type" },
    locale: {},
    sync: { state: true },
  };

  /** What `locale` may choose from. `elements/nb.ts` adds Bokmål: an app takes the languages that it needs. */
  static readonly languages: SyncMessages[] = [en];

  /** Shared with other elements of the same integration; the element then leaves it running. */
  declare controller: ManualSyncController | undefined;
  /** Instead of a controller: the element makes one, for `orgId` and `integrationType`. */
  declare repository: SyncSchedulerRepository | undefined;
  /** Words of your own, instead of those of `locale`. */
  declare messages: SyncMessages | undefined;
  /** Attribute `org-id`. */
  declare orgId: string | undefined;
  /** Attribute `integration-type`. */
  declare integrationType: string | undefined;
  /** One of `languages`: `en`, `nb-NO`, ...; the language of the controller if it is left out, or not there. */
  declare locale: string | undefined;
  /** What there is to show. */
  declare protected sync: ManualSyncSnapshot | undefined;
  #own: ManualSyncController | undefined;
  #unsubscribe = () => {};

  /** The language in use. */
  protected get language(): SyncMessages {
    if (this.messages) return this.messages;
    // Norwegian has more than one name; a page in Nynorsk shows Bokmål rather than English.
    const wanted = this.locale?.toLowerCase().replace(/^(no|nn)\b/, "nb").slice(0, 2);
    return SyncElement.languages.find(({ locale }) => wanted && locale.startsWith(wanted)) ??
      this.attached?.messages ?? en;
  }

  /** An error in the language in use. */
  protected describe(error: SyncSchedulerError | null | undefined): string {
    return (error && this.attached?.describe(error, this.language)) ?? "";
  }

  /** The controller in use. */
  protected get attached(): ManualSyncController | undefined {
    return this.controller ?? this.#own;
  }

  /** Attaches again after it was taken out of the page and put back. */
  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#attach();
  }

  /** Lets the controller go. */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#detach();
  }

  /** Attaches to another controller when a property says so. */
  protected override willUpdate(changed: PropertyValues): void {
    const keys = ["controller", "repository", "orgId", "integrationType"];
    if (this.isConnected && keys.some((key) => changed.has(key))) this.#attach();
  }

  #attach(): void {
    this.#detach();
    if (!this.controller && this.repository && this.orgId && this.integrationType) {
      this.#own = new ManualSyncController(this.repository, this.orgId, this.integrationType);
    }
    const controller = this.attached;
    if (!controller) return;
    this.#unsubscribe = controller.subscribe((sync) => {
      this.sync = sync;
      this.dispatchEvent(new CustomEvent("sync-change", { detail: sync, bubbles: true, composed: true }));
    });
    if (controller.getSnapshot().overview === null) controller.load();
  }

  #detach(): void {
    this.#unsubscribe();
    this.#own?.dispose();
    this.#own = this.sync = undefined;
  }
}
