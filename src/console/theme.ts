/** How the page is coloured. */
export type Theme = "system" | "light" | "dark";

const KEY = "sync-console-theme";

/** What was chosen last on this machine. */
export function readTheme(): Theme {
  const theme = localStorage.getItem(KEY);
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** Chooses, and keeps the choice. */
export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  applyTheme(theme);
}

/** Colours the page: every colour is a `light-dark()` and follows the colour scheme of the root. */
export function applyTheme(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === "system" ? "" : theme;
}
