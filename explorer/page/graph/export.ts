import { download, fileTime } from "../ui/download.ts";
import { dateTime } from "../ui/time.ts";
import { zoneName } from "../ui/zone.ts";
import type { Drawing, Presence } from "./drawing.ts";
import { fitText } from "./fit-text.ts";
import { ALL_HUES, type Hue } from "./kinds.ts";
import { NODE_HEIGHT, NODE_WIDTH } from "./layout.ts";

const TITLE = 44;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as XML has it; characters that XML cannot have are left out. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replace(/[&<>"']/g, (each) => ENTITIES[each] ?? each);
}

const NAMES = ["paper", "panel", "outline", "ink", "quiet", "edge", "added", "removed"] as const;
type ColourName = (typeof NAMES)[number] | `hue-${Hue}`;

/** The colours of the style sheet as they are in the theme that is on. */
function colours(): Record<ColourName, string> {
  const probe = document.body.appendChild(document.createElement("span"));
  const read = (name: ColourName) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const names: ColourName[] = [...NAMES, ...ALL_HUES.map((hue) => `hue-${hue}` as const)];
  const found = Object.fromEntries(names.map((name) => [name, read(name)])) as Record<ColourName, string>;
  probe.remove();
  return found;
}

/** The whole drawing as an SVG that needs nothing else. */
function svgOf(drawing: Drawing, title: string, asOf: string): string {
  const colour = colours();
  const ink: Record<Presence, string> = { there: colour.edge, new: colour.added, gone: colour.removed };
  const dash = (presence: Presence) => (presence === "gone" ? ' stroke-dasharray="5 4"' : "");
  const marker = ([name, fill]: [string, string]) =>
    `<marker id="${name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 .8 8 4 0 7.2z" fill="${fill}"/></marker>`;
  const edges = drawing.edges.map(
    ({ key, path, presence, relation, middle: [x, y] }) =>
      `<path d="${path}" fill="none" stroke="${ink[presence]}"${dash(presence)} marker-end="url(#${presence})"/>` +
      (!drawing.labelled.has(key)
        ? ""
        : `<text x="${x}" y="${y + 3}" font-size="9" text-anchor="middle" fill="${colour.quiet}" stroke="${colour.paper}" stroke-width="3" paint-order="stroke">${xml(relation)}</text>`),
  );
  const nodes = [...drawing.nodes.values()].map(
    ({ id, x, y, name, kind, hue, presence }) =>
      `<g transform="translate(${x} ${y})"><title>${xml(`${kind} ${name}\n${id}`)}</title>` +
      `<rect width="${NODE_WIDTH}" height="${NODE_HEIGHT}" rx="6" fill="${colour.panel}" stroke="${presence === "there" ? colour.outline : ink[presence]}"${dash(presence)}/>` +
      `<rect width="5" height="${NODE_HEIGHT}" rx="2" fill="${colour[`hue-${hue}`]}"/>` +
      `<text x="14" y="16" font-size="12" font-weight="600" fill="${colour.ink}">${xml(fitText(name, NODE_WIDTH - 24, "600 12px"))}</text>` +
      `<text x="14" y="30" font-size="10.5" fill="${colour.quiet}">${xml(kind)}</text></g>`,
  );
  const [width, height] = [Math.ceil(drawing.width), Math.ceil(drawing.height) + TITLE];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 ${-TITLE} ${width} ${height}" font-family="system-ui, sans-serif">`,
    `<title>${xml(title)}</title><defs>${Object.entries(ink).map(marker).join("")}</defs>`,
    `<rect y="${-TITLE}" width="${width}" height="${height}" fill="${colour.paper}"/>`,
    `<text x="24" y="-16" font-size="15" font-weight="600" fill="${colour.ink}">${xml(title)}</text>`,
    `<text x="24" y="2" font-size="11" fill="${colour.quiet}">as of ${xml(dateTime(asOf))} ${xml(zoneName())}</text>`,
    ...edges,
    ...nodes,
    "</svg>\n",
  ].join("\n");
}

/** Downloads the drawing. */
export function exportSvg(drawing: Drawing, title: string, asOf: string): void {
  const name = title.replaceAll(/[^\w.-]+/g, "-").slice(0, 80);
  download(`lineage-${name}-${fileTime(asOf)}.svg`, "image/svg+xml", [svgOf(drawing, title, asOf)]);
}
