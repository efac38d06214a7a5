import htm from "htm";
import { h } from "preact";

/** Markup in tagged templates. Values are always text: nothing here sets innerHTML. */
export const html = htm.bind(h);
