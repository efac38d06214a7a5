import { keep, readKept } from "./kept.ts";

const KEY = "stocktake-theme";

export const THEMES = { auto: "System", light: "Light", dark: "Dark" };
export type Theme = keyof typeof THEMES;

/** The theme that was chosen in this browser. */
export function storedTheme(): Theme {
  return themeOf(readKept(KEY));
}

/** The theme of this name; the system's if there is none. */
export function themeOf(name: string | null): Theme {
  return name === "light" || name === "dark" ? name : "auto";
}

export function applyTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function storeTheme(theme: Theme): void {
  keep(KEY, theme === "auto" ? "" : theme);
}
