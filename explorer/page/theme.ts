import { applyTheme, storedTheme } from "./ui/theme.ts";

// Runs before the first paint, so that a chosen theme does not flash.
applyTheme(storedTheme());
