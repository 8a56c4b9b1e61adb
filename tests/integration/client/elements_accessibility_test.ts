/// <reference lib="dom" />
/** The custom elements for people who use a keyboard, a screen reader, less motion or another language. */
import assert from "node:assert/strict";
import { ENDED, open, reason, status, useElements } from "./elements.ts";

useElements();

Deno.test("everything works by keyboard: press, cancel, run again", async () => {
  await using it = await open();
  const { keyboard } = it.page;
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await it.play(`stage.change({ status: "running" })`);
  await keyboard.press("Tab");
  await keyboard.press("Space");
  assert.equal(await it.play("stage.cancels"), 1);
  assert.equal(await status(it), "The sync is being cancelled");
  assert.equal(await it.banner.getByRole("button").getAttribute("aria-disabled"), "true");
  await it.play(`stage.change({ status: "cancelled", cancel_reason: "Wrong month", ${ENDED} })`);
  assert.equal(await it.banner.locator("[part=details]").textContent(), "Wrong month");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  assert.equal(await it.play("stage.presses"), 2);
});

Deno.test("the elements speak the repository's language, and another when asked to", async () => {
  await using it = await open({
    locale: "nb",
    overview: { button_allowed: false, button_message: "integration_disabled" },
  });
  assert.equal(await status(it), "Ikke synkronisert ennå");
  assert.equal((await reason(it))?.trim(), "Integrasjonen er slått av. Be en administrator om å slå den på.");
  await it.page.evaluate(
    `for (const element of document.querySelectorAll("manual-sync-button, sync-status-banner")) element.setAttribute("locale", "en")`,
  );
  assert.equal(await status(it), "Not synced yet");
  assert.equal(
    (await reason(it))?.trim(),
    "The integration is switched off. Ask an administrator to switch it on.",
  );
  for (const locale of ["nn-NO", "no", "fr"]) {
    await it.page.evaluate(
      `document.querySelector("sync-status-banner").setAttribute("locale", "${locale}")`,
    );
    assert.equal(await status(it), "Ikke synkronisert ennå", `${locale}: as close as there is`);
  }
});

Deno.test("no motion for those who ask for none", async () => {
  await using it = await open({ context: { reducedMotion: "reduce" } });
  await it.button.click();
  const animation = await it.button.locator("svg").evaluate((svg) =>
    getComputedStyle(svg as never).animationName
  );
  assert.equal(animation, "none");
  // Browsers move a bar of unknown progress whatever the style sheet says.
  assert.equal(await it.banner.getByRole("progressbar").count(), 0);
  await it.play(`stage.change({ status: "running", entries_total: 10, entries_done: 4 })`);
  assert.equal(await it.banner.getByRole("progressbar").count(), 1);
});

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test(`axe finds nothing in any state, in ${colorScheme}`, async () => {
    const states: Record<string, string> = {
      idle: "",
      busy: `stage.change({ status: "running", entries_total: 10, entries_done: 4 })`,
      failed: `stage.change({ status: "failed", error_message: "The receiver refused access.", ${ENDED} })`,
    };
    for (const [name, code] of Object.entries(states)) {
      await using it = await open({ context: { colorScheme }, overview: { open_alerts: 1 } });
      if (code !== "") await it.button.click();
      await it.play(code);
      assert.deepEqual(await it.violations(), [], name);
    }
    await using refused = await open({
      context: { colorScheme },
      overview: {
        button_allowed: false,
        button_message: "rate_limited",
        button_details: { retry_after_seconds: 99 },
      },
    });
    assert.deepEqual(await refused.violations(), [], "cooldown");
  });
}
