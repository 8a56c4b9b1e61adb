import { type CSSResult, unsafeCSS } from "lit";

/** As Lit's own `css`, which guards what is put into the text and weighs more than all of these styles: nothing is. */
export const css = ([text]: TemplateStringsArray): CSSResult => unsafeCSS(text);

/**
 * What both elements look like. Alternatives for one place take the room of all of them (`stack`, `off`): nothing moves
 * when they change. The page's `color-scheme` decides between light and dark. A page that declares `light dark` follows
 * the system; without a declaration it is light, and so are its elements.
 */
export const styles: CSSResult = css`
  :host {
    --accent: var(--sync-accent, light-dark(#1d4ed8, #93c5fd));
    --surface: var(--sync-surface, color-mix(in srgb, CanvasText 4%, Canvas));
    --muted: var(--sync-muted, color-mix(in srgb, CanvasText 70%, Canvas));
    --border: var(--sync-border, color-mix(in srgb, CanvasText 25%, Canvas));
    --bad: var(--sync-danger, light-dark(#b91c1c, #fca5a5));
    color: var(--sync-text, CanvasText);
    font-variant-numeric: tabular-nums;
  }
  :host([hidden]) {
    display: none !important;
  }
  button {
    font: inherit;
    border-radius: var(--sync-radius, 0.5em);
    border: 1px solid transparent;
    padding: 0.4em 0.9em;
    cursor: pointer;
  }
  button[aria-disabled="true"] {
    cursor: not-allowed;
    color: var(--muted);
    background: var(--surface);
    border-color: var(--border);
  }
  [part="reason"],
  [part="details"] {
    font-size: 0.875em;
    color: var(--muted);
  }
  [part="reason"] {
    min-block-size: 1lh;
  }
  .stack {
    display: inline-grid;
  }
  .stack > * {
    grid-area: 1 / 1;
  }
  .off {
    visibility: hidden;
  }
  svg {
    inline-size: 1.15em;
    block-size: 1.15em;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 3;
  }
  .arc {
    stroke-dasharray: 100;
  }
  .turning {
    animation: turn 1s linear infinite;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  @media (prefers-reduced-motion) {
    .turning {
      animation: none;
    }
    :indeterminate {
      visibility: hidden;
    }
  }
`;
