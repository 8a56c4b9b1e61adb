import { createClient, type Session } from "@supabase/supabase-js";
import { html, LitElement, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { type Database, SyncSchedulerRepository } from "../client/mod.ts";
import "../client/elements/mod.ts";
import { readConfig } from "./config.ts";
import { OrganisationModel } from "./state/organisation.ts";
import { fetchOrganisations } from "./state/queries.ts";
import { Resource } from "./state/resource.ts";
import type { Organisation, Overview } from "./state/types.ts";
import { chooseTheme, readTheme } from "./theme.ts";
import { headerView } from "./views/header.ts";
import { integrationView } from "./views/integration.ts";
import { integrationList } from "./views/integration_list.ts";
import { emptyPage, loaded, pageSkeleton } from "./views/parts.ts";
import { describeSignIn, signInView } from "./views/sign_in.ts";

const MINUTE_MS = 60_000;

/** The page. It draws what its models know, in the light DOM, so that one style sheet fits everything. */
@customElement("sync-console")
export class SyncConsole extends LitElement {
  readonly #config = readConfig();
  readonly #supabase = createClient<Database>(this.#config.apiUrl, this.#config.publishableKey);
  readonly #repository = new SyncSchedulerRepository(this.#supabase, { nameOf: (id) => this.#nameOf(id) });
  readonly #changed = () => this.requestUpdate();
  #session: Session | null | undefined;
  #organisations: Resource<Organisation[]> | undefined;
  #model: OrganisationModel | undefined;
  #signInError: string | null = null;
  #isSigningIn = false;

  protected override createRenderRoot(): this {
    this.replaceChildren();
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    globalThis.addEventListener("hashchange", () => {
      // What was refused on another integration's page is not said here.
      this.#model?.forgetFailure();
      this.requestUpdate();
    });
    // "Two minutes ago" becomes three.
    setInterval(this.#changed, MINUTE_MS / 2);
    this.#supabase.auth.onAuthStateChange((_event, session) => this.#take(session));
  }

  protected override render(): TemplateResult {
    if (this.#session === undefined) return html`<div class="boot" role="status">Loading …</div>`;
    if (this.#session === null) {
      return signInView({
        config: this.#config,
        error: this.#signInError,
        isBusy: this.#isSigningIn,
        signIn: (email, password) => void this.#signIn(email, password),
      });
    }
    const { user } = this.#session;
    return html`
      ${headerView({
        organisations: this.#organisations?.value ?? [],
        current: this.#model?.organisation ?? null,
        name: this.#nameOf(user.id) ?? user.email ?? "",
        isLive: this.#model?.isLive ?? false,
        theme: readTheme(),
        choose: (orgId) => this.#open(this.#organisations?.value?.find(({ id }) => id === orgId)),
        setTheme: (theme) => {
          chooseTheme(theme);
          this.requestUpdate();
        },
        signOut: () => void this.#supabase.auth.signOut({ scope: "local" }),
      })}
      ${this.#model === undefined ? this.#withoutOrganisation() : this.#page(this.#model)}
    `;
  }

  #withoutOrganisation(): unknown {
    if (this.#organisations === undefined) return "";
    return html`<div class="page">${
      loaded(this.#organisations, () =>
        emptyPage("You belong to no organisation", "Ask an administrator of yours to add you."), {
        waiting: pageSkeleton,
      })
    }</div>`;
  }

  #page(model: OrganisationModel): TemplateResult {
    const now = new Date();
    const type = location.hash.slice(2);
    return html`
      <div class="page">
        ${loaded(model.overview, (rows) => {
          const row = rows.find(({ integration_type }) => integration_type === type) ?? rows[0];
          if (row === undefined) {
            return emptyPage(
              "No external system is connected yet",
              `Once one is connected to ${model.organisation.name}, its syncs show here.`,
            );
          }
          return html`${integrationList(rows, row.integration_type, now)} ${
            this.#integration(model, row, now)
          }`;
        }, { waiting: pageSkeleton })}
      </div>
    `;
  }

  #integration(model: OrganisationModel, row: Overview, now: Date): TemplateResult {
    return integrationView({
      model,
      row,
      now,
      nameOf: (id) => this.#nameOf(id),
    });
  }

  async #signIn(email: string, password: string): Promise<void> {
    this.#isSigningIn = true;
    this.#signInError = null;
    this.requestUpdate();
    const { error } = await this.#supabase.auth.signInWithPassword({ email, password });
    this.#signInError = error && describeSignIn(error);
    this.#isSigningIn = false;
    this.requestUpdate();
  }

  #take(session: Session | null): void {
    const isSame = this.#session?.user.id === session?.user.id && this.#session !== undefined;
    this.#session = session;
    this.requestUpdate();
    if (isSame) return;
    this.#open(undefined);
    this.#organisations = undefined;
    if (session === null) return;
    const { id } = session.user;
    this.#organisations = new Resource(() => fetchOrganisations(this.#supabase, id), () => {
      if (this.#model === undefined) this.#open(this.#organisations?.value?.[0]);
      this.requestUpdate();
    });
    // Not from within the client's own lock, which the request would wait for.
    setTimeout(() => void this.#organisations?.refresh());
  }

  #open(organisation: Organisation | undefined): void {
    this.#model?.dispose();
    this.#model = organisation &&
      new OrganisationModel(
        this.#supabase,
        this.#repository,
        organisation,
        this.#config.ledgerUrl,
        this.#changed,
      );
    this.requestUpdate();
  }

  #nameOf(userId: string): string | undefined {
    return this.#config.people.find(({ id }) => id === userId)?.name;
  }
}
