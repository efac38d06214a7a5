import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";
import { useSourceIds } from "./known-sources.js";
import { fromInput, periods, toInput } from "./time.js";

/* Controls that several views share. Each tells `onChange` the parameters that change. */

/** A choice of words; the empty one stands for all. */
export function Choice({ label, name, value, words, all, onChange }) {
  return html`<label class="field">
    <span>${label}</span>
    <select name=${name} value=${value ?? ""} onChange=${(event) => onChange({ [name]: event.target.value })}>
      ${all !== undefined && html`<option value="">${all}</option>`}
      ${words.map((word) => html`<option value=${word}>${word}</option>`)}
    </select>
  </label>`;
}

/** A text that counts once it has been entered. */
export function TextField({ label, name, value, placeholder, list, onChange }) {
  const [text, setText] = useState(value ?? "");
  useEffect(() => setText(value ?? ""), [value]);
  const enter = () => text.trim() !== (value ?? "") && onChange({ [name]: text.trim() });
  return html`<label class="field">
    <span>${label}</span>
    <input
      type="text" name=${name} value=${text} placeholder=${placeholder} list=${list} spellcheck=${false} autocomplete="off"
      onInput=${(event) => setText(event.target.value)} onBlur=${enter}
      onKeyDown=${(event) => event.key === "Enter" && enter()}
    />
  </label>`;
}

/** Which source, account and region. */
export function CoverageFields({ params, onChange }) {
  const known = useSourceIds();
  const chosen = params.get("source");
  const ids = chosen && !known.includes(chosen) ? [...known, chosen] : known;
  const field = (label, name, placeholder) =>
    html`<${TextField} label=${label} name=${name} value=${params.get(name)} placeholder=${placeholder} onChange=${onChange} />`;
  return html`
    <${Choice} label="Source" name="source" value=${params.get("source")} words=${ids} all="all" onChange=${onChange} />
    ${field("Account", "account", "all")} ${field("Region", "region", "all")}
  `;
}

/** An instant, in UTC; none stands for now, or for no bound. */
export function InstantField({ label, name, value, none = "now", onChange }) {
  const enter = (event) => {
    const instant = fromInput(event.target.value);
    if (instant !== (value ?? "")) onChange({ [name]: instant });
  };
  return html`<div class="field">
    <label for=${`instant-${name}`}>${label} <span class="quiet">UTC</span></label>
    <span class="joined">
      <input
        type="datetime-local" step=${toInput(value).includes(".") ? "0.001" : "1"} id=${`instant-${name}`} name=${name} value=${toInput(value)}
        max="9999-12-31T23:59" onChange=${enter}
      />
      <button type="button" disabled=${!value} aria-label=${`${label}: ${none}`} onClick=${() => onChange({ [name]: "" })}>${none}</button>
    </span>
  </div>`;
}

/** The periods that people ask for. */
export function PeriodButtons({ since, until, onChange }) {
  return html`<div class="buttons" role="group" aria-label="Period">
    ${periods().map((period) => {
      const pressed = since?.slice(0, 16) === period.since.slice(0, 16) && (until ?? "") === (period.until ?? "");
      const choose = () => onChange({ since: period.since, until: period.until ?? "" });
      return html`<button type="button" aria-pressed=${String(pressed)} onClick=${choose}>${period.name}</button>`;
    })}
  </div>`;
}

/** Earlier and later pages. */
export function Pager({ onFirst, onBefore, onNext, children }) {
  const button = (name, go) => html`<button type="button" disabled=${!go} onClick=${go}>${name}</button>`;
  return html`<nav class="pager" aria-label="Pages">
    ${button("First", onFirst)} ${button("Previous", onBefore)} ${button("Next", onNext)}
    <span class="quiet">${children}</span>
  </nav>`;
}
