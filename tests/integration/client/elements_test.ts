/** What the custom elements show and do, in a real browser. */
import assert from "node:assert/strict";
import { ENDED, open, type OpenPage, reason, status, useElements } from "./elements.ts";

useElements();

/** Where everything is, to the pixel. */
const layout = ({ page }: OpenPage): Promise<unknown> =>
  page.evaluate(`[...document.querySelectorAll("manual-sync-button, sync-status-banner")].flatMap((element) =>
    [element, ...element.shadowRoot.querySelectorAll("button, section")].map((part) => {
      const { x, y, width, height } = part.getBoundingClientRect();
      return [part.localName, x, y, width, height].join(" ");
    }))`);

const CONFLICT =
  `{ code: "sync_already_in_progress", activeRun: { runId: "r-1", status: "running", triggeredBy: "manual",
  triggeredByUserId: "kari", startedAt: new Date(Date.now() - 120_500) } }`;

Deno.test("a press turns the ring and shows progress until the run has ended, and nothing moves", async () => {
  await using it = await open();
  const { button, banner, play } = it;
  const before = await layout(it);
  await button.click();
  assert.equal(await button.getAttribute("aria-busy"), "true");
  assert.equal(await button.getAttribute("aria-disabled"), "true");
  assert.equal(
    await button.locator("svg.turning").count(),
    1,
    "the ring turns as long as nothing is known of the progress",
  );
  assert.equal(await status(it), "The sync is about to start");
  assert.deepEqual(await layout(it), before);

  await play(
    `stage.change({ status: "running", entries_total: 1000, entries_done: 400, entries_failed: 20 })`,
  );
  assert.equal(await status(it), "The sync is running");
  assert.equal(await banner.locator("[part=details]").textContent(), "400 of 1,000 entries · 20 rejected");
  const value = (bar: unknown) => (bar as { value: number }).value;
  assert.equal(await banner.getByRole("progressbar").evaluate(value), 0.42);
  assert.equal(await button.locator(".arc").getAttribute("stroke-dashoffset"), "58");
  assert.deepEqual(await layout(it), before);

  await play(
    `stage.change({ status: "running", entries_total: 10001, entries_done: 400, entries_failed: 0 })`,
  );
  assert.equal(await banner.locator("[part=details]").textContent(), "400 of 10,000+ entries");
  assert.equal(await banner.getByRole("progressbar").count(), 1);
  assert.equal(await button.locator("svg.turning").count(), 1, "how much is done is not known");

  await play(`stage.change({ status: "succeeded", ${ENDED} })`);
  assert.equal(await status(it), "The sync has succeeded");
  assert.equal(await button.getAttribute("aria-disabled"), "false");
  assert.equal(await banner.getByRole("progressbar").count(), 0);
  assert.deepEqual(await layout(it), before);
});

Deno.test("a press is shown at once, and a second one is none", async () => {
  await using it = await open();
  await it.play("stage.answer = 'never'");
  await it.button.dblclick();
  assert.equal(await status(it), "The sync is about to start");
  assert.equal(await it.play("stage.presses"), 1);
});

Deno.test("another person's run is named and then followed", async () => {
  await using it = await open();
  await it.play(`stage.answer = { error: ${CONFLICT} }`);
  await it.button.click();
  for (const shown of [await status(it), await reason(it)]) {
    assert.equal(shown?.trim(), "Kari started a sync 2 minutes ago.");
  }
  assert.equal(await it.button.getAttribute("aria-busy"), "true");
  await it.play(
    `stage.change({ status: "running", triggered_at: new Date(Date.now() - 180_500).toISOString() })`,
  );
  assert.equal(await status(it), "Kari started a sync 3 minutes ago.");
  await it.play(`stage.change({ status: "succeeded", ${ENDED} })`);
  assert.equal(await status(it), "The sync has succeeded");
});

Deno.test("a viewer meets a button that says why it cannot be pressed, and finds none to cancel or run again with", async () => {
  await using it = await open({ overview: { button_allowed: false, button_message: "not_authorized" } });
  await it.page.keyboard.press("Tab");
  assert.equal(
    await it.page.evaluate("document.activeElement.localName"),
    "manual-sync-button",
    "the reason can be read by keyboard",
  );
  await it.page.keyboard.press("Enter");
  assert.equal(await it.play("stage.presses"), 0);
  assert.equal(await it.button.getAttribute("aria-disabled"), "true");
  const description = "You do not have access to this. Ask an administrator of the organisation.";
  assert.equal((await reason(it))?.trim(), description);
  assert.equal(await it.banner.getByRole("button").count(), 0);
});

Deno.test("a cooldown counts down on the button, and its words change only now and then", async () => {
  await using it = await open();
  // Or the seconds that a slow machine takes would be counted down, too.
  await it.page.clock.install();
  await it.page.clock.pauseAt(Date.now() + 3600_000);
  await it.play(`stage.answer = { error: { code: "rate_limited", retryAfterSeconds: 125 } }`);
  await it.button.click();
  const name = () => it.page.getByRole("button", { name: "Sync now", exact: true }).innerText();
  assert.match(await name(), /02:05$/);
  assert.equal(
    await it.page.locator("#reason").getAttribute("aria-live"),
    "off",
    "nor is the wait, every minute",
  );
  assert.match(await reason(it) ?? "", /Try again in 3 minutes\./);
  await it.page.clock.runFor(5_000);
  assert.match(await name(), /02:00$/, "but the button's name does not: it would be read aloud every second");
  assert.match(await reason(it) ?? "", /Try again in 2 minutes\./);
  await it.page.clock.runFor(120_000);
  assert.equal(await it.button.getAttribute("aria-disabled"), "false");
  assert.equal((await reason(it))?.trim(), "");
});

Deno.test("a run that begins in the cooldown takes the place of the clock", async () => {
  await using it = await open();
  const clock = it.button.locator("[part=label] [aria-hidden=true]");
  await it.button.click();
  await it.play(`stage.overview = { button_allowed: false, button_message: "rate_limited",
    button_details: { retry_after_seconds: 3000 } }`);
  await it.play(`stage.change({ status: "succeeded", ${ENDED} })`);
  await clock.filter({ hasText: ":" }).waitFor();
  await it.play(`stage.change({ run_id: "r-2", status: "running" })`);
  assert.equal(await clock.textContent(), "");
  assert.equal(await it.page.locator("#reason").getAttribute("aria-live"), "polite");
});

Deno.test("a failed run says why, and how many alerts are open", async () => {
  await using it = await open({ overview: { open_alerts: 2 } });
  await it.button.click();
  await it.play(
    `stage.change({ status: "failed", error_message: "The receiver refused access.", ${ENDED} })`,
  );
  assert.equal(await status(it), "The sync has failed");
  assert.equal(await it.banner.locator("[part=details]").textContent(), "The receiver refused access.");
  assert.equal(await it.banner.locator("[part=alerts]").textContent(), "2 open alerts");
  assert.equal(await it.banner.getByRole("button").textContent(), "Run again");
});

Deno.test("a run with refused entries says how many, and what waits for a decision", async () => {
  await using it = await open({ overview: { needs_decision: 4 } });
  await it.button.click();
  const counts = "entries_total: 1000, entries_done: 996, entries_failed: 4";
  await it.play(`stage.change({ status: "succeeded", ${counts}, ${ENDED} })`);
  assert.equal(await status(it), "The sync has succeeded: 996 exported, 4 rejected");
  assert.equal(await it.banner.locator("[part=undecided]").textContent(), "4 entries need a decision");
});

Deno.test("who opens the page later reads how many entries were refused, in their language", async () => {
  await using it = await open({
    overview: {
      last_run_id: "r-1",
      last_run_status: "succeeded",
      last_run_entries_failed: 1,
      needs_decision: 1,
    },
    last: { status: "succeeded", entries_total: 3_001, entries_done: 3_000, entries_failed: 1 },
    locale: "nb",
  });
  await it.banner.getByText("Synkroniseringen er fullført: 3 000 eksportert, 1 avvist".replace(" ", "\u00a0"))
    .waitFor();
  assert.equal(await it.banner.locator("[part=undecided]").textContent(), "1 post trenger en avgjørelse");
});

Deno.test("a run that waits for the end of a pause says so, and is not about to start", async () => {
  await using it = await open();
  await it.button.click();
  for (
    const [notice, words] of [
      ["integration_paused", "The sync waits until the pause is over"],
      ["function_outdated", "The sync waits for an update of the installation. Ask the operator"],
    ] as const
  ) {
    await it.play(`stage.change({ status: "pending", notice: "${notice}" })`);
    assert.equal(await status(it), words);
    assert.equal(await it.banner.locator("[part=details]").textContent(), "");
  }
  await it.play(
    `stage.change({ status: "pending", notice: null, quota_until: new Date(Date.now() + 7200_000).toISOString(),
    next_attempt_at: new Date(Date.now() + 7200_000).toISOString(), error_message: "The receiver answered 429." })`,
  );
  assert.match(
    await status(it) ?? "",
    /^The vendor's quota is used up until .*\d\d:\d\d\. The sync goes on by itself$/,
  );
  assert.equal(await it.banner.locator("[part=details]").textContent(), "The receiver answered 429.");
  await it.play(`stage.change({ status: "running", notice: "scheduler_not_ticking" })`);
  assert.equal(await status(it), "The sync is running");
  assert.match(await it.banner.locator("[part=details]").textContent() ?? "", /^The scheduler does not run/);
});

Deno.test("who opens the page after a run has failed sees why, and can run it again", async () => {
  await using it = await open({
    overview: { last_run_id: "r-1", last_run_status: "failed" },
    last: { status: "failed", error_message: "The receiver refused access." },
  });
  await it.banner.getByRole("button", { name: "Run again" }).click();
  assert.equal(await it.play("stage.presses"), 1);
  assert.equal(await status(it), "The sync is about to start");
});

Deno.test("a button cannot be pressed before it is known whether it may be", async () => {
  await using it = await open({ overview: "never" });
  assert.equal(await it.button.getAttribute("aria-disabled"), "true");
  assert.equal(await it.button.getAttribute("aria-busy"), "false");
});

Deno.test("an element without its controller shows nothing of the integration that it had", async () => {
  await using it = await open();
  await it.button.click();
  await it.play("document.querySelector('sync-status-banner').controller = undefined");
  assert.equal(await status(it), "");
});

Deno.test("an element that is taken out of the page and put back goes on", async () => {
  await using it = await open();
  await it.page.evaluate(`{ const [main] = document.getElementsByTagName("main");
    const children = [...main.children]; main.replaceChildren(); main.replaceChildren(...children); }`);
  await it.button.click();
  assert.equal(await status(it), "The sync is about to start");
});
