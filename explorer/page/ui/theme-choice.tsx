import type { TargetedEvent } from "preact";
import { useState } from "preact/hooks";
import { applyTheme, storedTheme, storeTheme, THEMES, themeOf } from "./theme.ts";

/** Chooses the theme, which this browser keeps. */
export function ThemeChoice() {
  const [theme, setTheme] = useState(storedTheme);
  const choose = (event: TargetedEvent<HTMLSelectElement>) => {
    const chosen = themeOf(event.currentTarget.value);
    setTheme(chosen);
    applyTheme(chosen);
    storeTheme(chosen);
  };
  return (
    <label class="theme">
      <span class="hidden">Colours</span>
      <select value={theme} onChange={choose}>
        {Object.entries(THEMES).map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
