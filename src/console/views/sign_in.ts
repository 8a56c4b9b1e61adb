import { type AuthError, isAuthRetryableFetchError } from "@supabase/supabase-js";
import { html, nothing, type TemplateResult } from "lit";
import type { ConsoleConfig } from "../config.ts";

/** What the form needs. */
export interface SignInView {
  readonly config: ConsoleConfig;
  readonly error: string | null;
  readonly isBusy: boolean;
  signIn(email: string, password: string): void;
}

/** Signing in, in development as any of the seeded people with one press. */
export function signInView({ config, error, isBusy, signIn }: SignInView): TemplateResult {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    signIn(String(data.get("email")), String(data.get("password")));
  };
  const person = ({ email, name, role }: ConsoleConfig["people"][number]) =>
    html`
      <li>
        <button type="button" class="person" ?disabled=${isBusy} @click=${() =>
          signIn(email, config.password)}>
          <span class="avatar" aria-hidden="true">${name.split(" ").map((word) => word[0]).join("")}</span>
          <span><strong>${name}</strong><small>${role}</small></span>
        </button>
      </li>
    `;
  return html`
    <main class="sign-in">
      <div class="card">
        <h1><span class="mark" aria-hidden="true"></span>Sync Scheduler</h1>
        ${config.people.length === 0 ? nothing : html`
          <h2>Sign in as</h2>
          <ul class="people">${config.people.map(person)}</ul>
          <p class="or"><span>or with a password</span></p>
        `}
        <form @submit=${submit}>
          <label>E-mail<input name="email" type="email" autocomplete="username" required></label>
          <label>Password<input name="password" type="password" autocomplete="current-password" required></label>
          ${error === null ? nothing : html`<p class="notice bad" role="alert">${error}</p>`}
          <button type="submit" class="primary" ?disabled=${isBusy}>${isBusy
            ? "Signing in …"
            : "Sign in"}</button>
        </form>
      </div>
    </main>
  `;
}

/** Why a sign-in was refused, with what to do next; by the codes of Supabase Auth. */
const REFUSALS: Readonly<Record<string, string>> = {
  invalid_credentials:
    "The e-mail or the password is wrong. Check both, or ask the people who run this app for a new password.",
  email_not_confirmed: "The e-mail is not confirmed yet. Open the link in the message that you were sent.",
  over_request_rate_limit: "There were too many attempts. Try again in a few minutes.",
};

/** An error of Supabase Auth in words. */
export function describeSignIn(error: AuthError): string {
  if (isAuthRetryableFetchError(error)) return "There is no connection to the server. Try again in a moment.";
  return REFUSALS[error.code ?? ""] ?? error.message;
}
