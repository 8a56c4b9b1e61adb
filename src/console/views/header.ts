import { html, nothing, type TemplateResult } from "lit";
import type { Organisation } from "../state/types.ts";

/** What the bar at the top needs. */
export interface HeaderView {
  readonly organisations: readonly Organisation[];
  readonly current: Organisation | null;
  readonly name: string;
  /** Whether changes are reported as they happen. */
  readonly isLive: boolean;
  readonly theme: "system" | "light" | "dark";
  choose(orgId: string): void;
  setTheme(theme: "system" | "light" | "dark"): void;
  signOut(): void;
}

/** Who looks at what, and whether changes are reported as they happen. */
export function headerView(view: HeaderView): TemplateResult {
  const { organisations, current } = view;
  const choose = (event: Event) => view.choose((event.currentTarget as HTMLSelectElement).value);
  const theme = (event: Event) =>
    view.setTheme((event.currentTarget as HTMLSelectElement).value as HeaderView["theme"]);
  return html`
    <header class="bar">
      <a class="skip" href="#content">Skip to the integration</a>
      <span class="brand"><span class="mark" aria-hidden="true"></span>Sync Scheduler</span>
      ${organisations.length > 1
        ? html`
          <label class="org"><span class="visually-hidden">Organisation</span>
            <select @change=${choose}>
              ${organisations.map(({ id, name }) =>
                html`<option value=${id} ?selected=${id === current?.id}>${name}</option>`
              )}
            </select>
          </label>
        `
        : html`<span class="org">${current?.name ?? ""}</span>`}
      ${current === null ? nothing : html`
        <span class="live ${view.isLive ? "on" : "off"}" role="status">
          ${view.isLive ? "Live" : "Connecting …"}
        </span>
      `}
      <span class="grow"></span>
      <span class="who"><strong>${view.name}</strong>${current === null
        ? nothing
        : html`<small>${current.role}</small>`}</span>
      <label><span class="visually-hidden">Colours</span>
        <select @change=${theme}>
          ${(["system", "light", "dark"] as const).map((value) =>
            html`<option value=${value} ?selected=${value === view.theme}>${
              { system: "Auto", light: "Light", dark: "Dark" }[value]
            }</option>`
          )}
        </select>
      </label>
      <button type="button" class="quiet" @click=${view.signOut}>Sign out</button>
    </header>
  `;
}
