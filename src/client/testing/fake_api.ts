import { createClient, type SupabaseClient } from "@supabase/supabase-js";

/** A request as it went out. */
export interface SentRequest {
  readonly method: string;
  /** Path and query, decoded. */
  readonly path: string;
  readonly body: unknown;
}

/** What the Data API does with a request; a refused one carries the error of the RPC. */
export type FakeAnswer =
  | { readonly status: number; readonly body: unknown }
  | "no answer"
  | "never ends";

/** The real supabase-js over a network that a test plays: one answer a request, the last one again and again. */
export function fakeApi(...answers: FakeAnswer[]): { supabase: SupabaseClient; sent: SentRequest[] } {
  const sent: SentRequest[] = [];
  const supabase = createClient("http://sync.test", "sb_publishable_test", {
    auth: { persistSession: false, autoRefreshToken: false },
    global: {
      fetch: (input, init) => {
        const url = new URL(String(input));
        const path = decodeURIComponent(url.pathname + url.search).replaceAll("+", " ");
        sent.push({
          method: init?.method ?? "GET",
          path,
          body: typeof init?.body === "string" ? JSON.parse(init.body) : null,
        });
        const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? "no answer";
        if (answer === "no answer") return Promise.reject(new TypeError("fetch failed"));
        if (answer !== "never ends") {
          return Promise.resolve(Response.json(answer.body, { status: answer.status }));
        }
        return new Promise((_, reject) =>
          init?.signal?.addEventListener("abort", () => reject(init.signal?.reason))
        );
      },
    },
  });
  return { supabase, sent };
}

/** An answer as PostgREST gives it for an error that our SQL raised. */
export function refusal(status: number, message: string, details: unknown = null): FakeAnswer {
  return {
    status,
    body: { code: `PT${status}`, message, details: details && JSON.stringify(details), hint: null },
  };
}
