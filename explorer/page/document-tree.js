import { html } from "./html.js";
import { dateTime, isInstant } from "./time.js";

/** A document as nested names and values. */
export function DocumentTree({ value }) {
  if (Array.isArray(value)) {
    if (value.length === 0) return html`<span class="quiet">none</span>`;
    if (value.every((each) => each === null || typeof each !== "object")) {
      return html`<ul class="tree-list">${value.map((each) => html`<li><${DocumentTree} value=${each} /></li>`)}</ul>`;
    }
    return html`<${Members} members=${value.map((each, index) => [`[${index}]`, each])} />`;
  }
  if (value !== null && typeof value === "object") return html`<${Members} members=${Object.entries(value)} />`;
  if (isInstant(value)) return html`<span class="tree-time" title=${value}>${dateTime(value)}</span>`;
  return html`<span class=${`tree-${value === null ? "null" : typeof value}`}>${String(value)}</span>`;
}

function Members({ members }) {
  if (members.length === 0) return html`<span class="quiet">empty</span>`;
  return html`<dl class="tree">
    ${members.map(([name, value]) => html`<div class=${isNested(value) ? "nested" : ""}><dt>${name}</dt><dd><${DocumentTree} value=${value} /></dd></div>`)}
  </dl>`;
}

function isNested(value) {
  if (Array.isArray(value)) return value.some((each) => each !== null && typeof each === "object");
  return value !== null && typeof value === "object" && Object.keys(value).length > 0;
}
