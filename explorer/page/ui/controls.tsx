import { useEffect, useState } from "preact/hooks";
import { Failure } from "./failure.tsx";
import { useSourceIds } from "./known-sources.ts";
import type { Params } from "./params.ts";
import { fromInput, periods, toInput } from "./time.ts";
import { zoneName } from "./zone.ts";

/* Controls that several views share. */

/** Is given the parameters that change. */
export type OnChange = (changes: Params) => void;

interface FieldProps {
  readonly label: string;
  /** The parameter that it sets. */
  readonly name: string;
  readonly value: string | null | undefined;
  readonly onChange: OnChange;
}

interface ChoiceProps extends FieldProps {
  readonly options: readonly string[];
  /** How options are called, where that is not what they are. */
  readonly texts?: Readonly<Record<string, string>>;
  /** The text of the option that sets nothing, if there is one. */
  readonly all?: string;
}

/** A choice of one of several words. */
export function Choice({ label, name, value, options, texts = {}, all, onChange }: ChoiceProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select name={name} value={value ?? ""} onChange={(event) => onChange({ [name]: event.currentTarget.value })}>
        {all !== undefined && <option value="">{all}</option>}
        {options.map((option) => (
          <option key={option} value={option}>
            {texts[option] ?? option}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A text that counts once it has been entered. */
export function TextField({ label, name, value, placeholder, onChange }: FieldProps & { placeholder: string }) {
  const [text, setText] = useState(value ?? "");
  useEffect(() => setText(value ?? ""), [value]);
  const enter = () => text.trim() !== (value ?? "") && onChange({ [name]: text.trim() });
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="text"
        name={name}
        value={text}
        placeholder={placeholder}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={enter}
        onKeyDown={(event) => event.key === "Enter" && enter()}
      />
    </label>
  );
}

/** Which source, account and region. */
export function CoverageFields({ params, onChange }: { params: URLSearchParams; onChange: OnChange }) {
  const known = useSourceIds();
  const chosen = params.get("source");
  const ids = [...new Set([...(known.data ?? []), ...(chosen ? [chosen] : [])])].sort();
  const field = (label: string, name: string) => (
    <TextField label={label} name={name} value={params.get(name)} placeholder="all" onChange={onChange} />
  );
  return (
    <>
      <Failure of={known} isHidden />
      <Choice label="Source" name="source" value={params.get("source")} options={ids} all="all" onChange={onChange} />
      {field("Account", "account")} {field("Region", "region")}
    </>
  );
}

/** An instant, as a date and a time in the zone that is chosen; none stands for now, or for no bound. */
export function InstantField({ label, name, value, none = "now", onChange }: FieldProps & { none?: string }) {
  const [text, setText] = useState(toInput(value));
  useEffect(() => setText(toInput(value)), [value]);
  const enter = () => {
    const instant = fromInput(text);
    if (text !== toInput(value) && instant !== (value ?? "")) onChange({ [name]: instant });
  };
  return (
    <div class="field">
      <label for={`instant-${name}`}>
        {label} <span class="quiet">{zoneName()}</span>
      </label>
      <span class="joined">
        <input
          type="text"
          class="instant"
          id={`instant-${name}`}
          name={name}
          value={text}
          placeholder="2026-03-01 12:00"
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => setText(event.currentTarget.value)}
          onBlur={enter}
          onKeyDown={(event) => event.key === "Enter" && enter()}
        />
        <button
          type="button"
          disabled={!value}
          aria-label={`${label}: ${none}`}
          onClick={() => onChange({ [name]: "" })}
        >
          {none}
        </button>
      </span>
    </div>
  );
}

interface PeriodButtonsProps {
  readonly since: string;
  readonly until: string;
  readonly onChange: OnChange;
}

/** The periods that people ask for. */
export function PeriodButtons({ since, until, onChange }: PeriodButtonsProps) {
  return (
    <div class="buttons" role="group" aria-label="Period">
      {Object.entries(periods()).map(([name, period]) => {
        const pressed = since.slice(0, 16) === period.since.slice(0, 16) && until === (period.until ?? "");
        const choose = () => onChange({ since: period.since, until: period.until ?? "" });
        return (
          <button type="button" key={name} aria-pressed={pressed} onClick={choose}>
            {name}
          </button>
        );
      })}
    </div>
  );
}
