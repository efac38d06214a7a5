import { useState } from "preact/hooks";
import { Menu } from "./menu.tsx";
import { applyTheme, storedTheme, storeTheme, THEMES, themeOf } from "./theme.ts";
import { chooseZone, currentZone, ZONES, type Zone } from "./zone.ts";

interface PreferenceProps {
  readonly label: string;
  readonly value: string;
  readonly options: Readonly<Record<string, string>>;
  readonly onChoose: (value: string) => void;
}

function Preference({ label, value, options, onChoose }: PreferenceProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {Object.entries(options).map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** How the reader wants the page, which this browser keeps: colours, and the zone of times. */
export function Preferences({ onZone }: { onZone: (zone: Zone) => void }) {
  const [theme, setTheme] = useState(storedTheme);
  const chooseTheme = (name: string) => {
    const chosen = themeOf(name);
    setTheme(chosen);
    applyTheme(chosen);
    storeTheme(chosen);
  };
  return (
    <Menu label="Settings" side="right">
      <Preference label="Colours" value={theme} options={THEMES} onChoose={chooseTheme} />
      <Preference label="Times" value={currentZone()} options={ZONES} onChoose={(name) => onZone(chooseZone(name))} />
      <a href="/v1/docs">API reference</a>
    </Menu>
  );
}
