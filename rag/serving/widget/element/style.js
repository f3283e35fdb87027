// @ts-check
// Important declarations on :host win over the page's: it changes what --charter-*, ::part and `hidden` let it change.
const CSS = `
:host { all: initial !important; color-scheme: light dark !important; unicode-bidi: isolate !important; display: block !important;
  font: 400 medium/1.5 var(--charter-font, system-ui, sans-serif) !important }
:host([theme=light]) { color-scheme: light !important }
:host([theme=dark]) { color-scheme: dark !important }
:host([hidden]), [hidden] { display: none !important }
/* The launcher lies in the top layer, out of reach of the page's transforms and stacking. */
:host(:not([mode=inline])), [popover] { position: fixed !important; z-index: var(--charter-z-index, 2147483000) !important;
  --at: calc(var(--charter-offset, 20px) + var(--slot, 0) * 68px);
  inset: auto var(--charter-offset, 20px) var(--at) auto !important; width: 56px !important; height: 56px !important }
:host(:state(left)), :host(:state(left)) [popover] { right: auto !important; left: var(--charter-offset, 20px) !important }
:host(:state(top)), :host(:state(top)) [popover] { bottom: auto !important; top: var(--at) !important }
:host(:state(slot1)) { --slot: 1 } :host(:state(slot2)) { --slot: 2 } :host(:state(slot3)) { --slot: 3 }
.root { --accent: var(--charter-accent, light-dark(#0f766e, #5ed3c6)); --on: var(--charter-on-accent, light-dark(#fff, #06211e));
  --bg: var(--charter-background, light-dark(#fff, #15191f)); --soft: var(--charter-surface, light-dark(#f2f5f9, #202730));
  --text: var(--charter-text, light-dark(#18202a, #e8edf3)); --muted: var(--charter-muted, light-dark(#55606e, #a6b1bf));
  --line: var(--charter-border, light-dark(#cfd7e1, #3a4552)); --r: var(--charter-radius, 12px);
  color: var(--text); font-size: var(--charter-font-size, .9375em); overflow-wrap: anywhere; text-align: start;
  margin: 0; padding: 0; border: 0; background: none; overflow: visible }
*, ::before { box-sizing: border-box }
button, textarea, input { font: inherit; color: inherit; margin: 0 }
button { min-width: 24px; min-height: 24px; padding: 0; border: 1px solid transparent; border-radius: 8px; background: none; cursor: pointer }
button:hover { background: var(--soft) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
svg { display: block; margin: auto; width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
p { margin: 0 }
::placeholder { color: var(--muted); opacity: 1 }
.launcher, .send, .launcher:hover, .send:hover { background: var(--accent); color: var(--on) }
.launcher { width: 56px; height: 56px; border-radius: 50%; box-shadow: 0 4px 16px #0005 }
.panel, .excerpt, .note { border: 1px solid var(--line); border-radius: 8px }
.panel { background: var(--bg); border-radius: var(--r); overflow: hidden; gap: 0 !important;
  height: var(--charter-height, 560px); width: var(--charter-width, auto) }
[popover] .panel { position: absolute; right: 0; bottom: 68px; box-shadow: 0 12px 40px #0004;
  width: min(var(--charter-width, 400px), 100vw - 2 * var(--charter-offset, 20px));
  height: min(var(--charter-height, 600px), 100vh - 88px - 2 * var(--charter-offset, 20px) - var(--slot, 0) * 68px) }
:host(:state(left)) .panel { right: auto !important; left: 0 }
:host(:state(top)) .panel { bottom: auto !important; top: 68px }
.header, .foot { display: flex; gap: 4px; align-items: center; padding: 8px; padding-inline-start: 16px }
.header { border-bottom: 1px solid var(--line) }
.header b { flex: 1 }
.header button, .foot button { flex: none; width: 40px; height: 40px }
.foot { border-top: 1px solid var(--line); align-items: flex-end; flex-wrap: wrap; padding: 8px }
.count { flex: 1 0 100%; order: -1 }
.count:empty { display: none }
textarea { flex: 1; min-width: 0; resize: none; field-sizing: content; max-height: 8em; min-height: 40px; padding: 7px 10px; font-size: max(16px, 1em);
  line-height: 24px }
textarea, input { background: var(--bg); border: 1px solid light-dark(#7b8794, #76818e); border-radius: 8px }
.messages { flex: 1; overflow: auto; padding: 16px; overscroll-behavior: contain }
.messages:focus-visible { outline-offset: -3px }
.panel, .messages, .turn, .intro, .answer, .tail { display: flex; flex-direction: column; gap: 8px }
.intro, .answer, .tail { align-items: flex-start }
.greeting { color: var(--muted) }
.chips { display: flex; flex-wrap: wrap; gap: 8px }
.chips button, .retry, .tail input { padding: 5px 12px; border-color: var(--line); text-align: start; min-height: 36px }
.question { align-self: flex-end; max-width: 85%; padding: 8px 12px; border-radius: var(--r); background: var(--soft); border: 1px solid transparent }
.question, .text, blockquote { white-space: pre-wrap }
.question { max-height: 10em; overflow: auto; flex: none }
.answer { margin: 4px 0 }
.text { line-height: 1.7 }
.refused .text { padding-inline-start: 12px; border-inline-start: 3px solid var(--muted) }
.marker { padding: 0 4px; margin-inline: 2px; font-size: .85em; font-weight: 600; line-height: 22px; color: var(--accent); background: var(--soft); border-color: var(--line); white-space: nowrap }
.marker[aria-expanded=true] { background: var(--accent); color: var(--on) }
.excerpt { padding: 10px 12px; border-inline-start: 3px solid var(--accent); background: var(--soft); font-size: .93em }
.excerpt header { display: flex; gap: 8px; align-items: start }
.excerpt header div { flex: 1 }
small, .small { font-size: .87em; color: var(--muted) }
small, header b { display: block }
strong, mark:not(:has(strong)) { background: light-dark(#ffe680, #6b5808); color: light-dark(#2b2300, #fff6cf); border-radius: 3px; padding: 1px 2px }
mark { background: none; color: inherit }
.lead, blockquote:has(mark) { color: var(--muted) }
blockquote mark { color: var(--text) }
.lead { display: block }
blockquote { margin: 8px 0; max-height: 14em; overflow: auto }
a { color: var(--accent); display: inline-block; min-height: 24px }
summary { cursor: pointer; min-height: 24px; padding: 2px 0 }
details, .slot, .tail, .note, .tail > div { width: 100% }
details .excerpt { margin: 4px 0 }
.tail:empty, .slot:empty { display: none }
.note { padding: 8px 12px }
.error { border-color: light-dark(#b3261e, #f2b8b5) }
.feedback { display: flex; gap: 4px; align-items: center; flex-wrap: wrap; color: var(--muted) }
.feedback button { width: 32px; height: 32px }
.feedback svg { width: 16px; height: 16px }
[name=down] svg { transform: rotate(180deg) }
.feedback [aria-pressed=true] { color: var(--on); background: var(--accent); border-color: var(--accent) }
.feedback input { flex: 1; color: var(--text) }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media (max-width: 480px), (max-height: 400px) {
  [popover] .panel { position: fixed; inset: 0 !important; width: auto; height: auto; border: 0; border-radius: 0;
    padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left) }
}
@media (pointer: coarse) { .marker { min-width: 28px; min-height: 28px } .feedback button, .header button, .foot button { width: 44px; height: 44px } }
@media (prefers-reduced-motion: no-preference) {
  .wait { animation: wait 1.4s ease-in-out infinite alternate }
  @keyframes wait { from { opacity: .75 } }
}
@media (forced-colors: active) { .marker, .feedback button, .header button, .foot button, .question { border-color: currentColor }
  .root { --accent: Highlight; --on: HighlightText } [aria-pressed=true], .marker[aria-expanded=true] { forced-color-adjust: none } }
@media print { :host(:not([mode=inline])) { display: none !important } }
`;
export const SHEET = new CSSStyleSheet();
SHEET.replaceSync(CSS);
