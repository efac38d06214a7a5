/** A curve of a plot, in order of x. */
export interface Curve {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly curves: readonly Curve[];
  readonly format: (y: number) => string;
}

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 84;
const RIGHT = 168;
const TOP = 48;
const BOTTOM = 56;

/** Colours that can be told apart on light and on dark, and by people who see fewer of them; shapes tell the same. */
const STYLES = [
  { colour: "#0072b2", dash: "" },
  { colour: "#d55e00", dash: "6 3" },
  { colour: "#009e73", dash: "2 3" },
  { colour: "#8a8a8a", dash: "10 4" },
];

/** A plot with both axes logarithmic, on which what is proportional to x rises at 45 degrees, as an SVG document. */
export function plotSvg({ title, xLabel, yLabel, curves, format }: Plot): string {
  const points = curves.flatMap((curve) => curve.points).filter(({ y }) => y > 0);
  const x = axis(
    points.map((point) => point.x),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = axis(
    points.map((point) => point.y),
    HEIGHT - BOTTOM,
    TOP,
  );
  const grid = [
    ...x.ticks.map((tick) => vertical(x.place(tick), tick.toLocaleString("en-GB"))),
    ...y.ticks.map((tick) => horizontal(y.place(tick), format(tick))),
  ];
  const lines = curves.map((curve, place) => drawn(curve, place, x, y, format));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 15px; font-weight: 600; }
  .grid { stroke: #d0d7de; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .grid { stroke: #3d444d; } }
</style>
<text class="title" x="${LEFT}" y="24">${escaped(title)}</text>
${grid.join("\n")}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${escaped(xLabel)}</text>
<text transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>
${lines.join("\n")}
${legend(curves)}
</svg>
`;
}

interface Axis {
  readonly ticks: readonly number[];
  place(value: number): number;
}

/** Whole powers of ten from below the least value to above the greatest, on a stretch of pixels. */
function axis(values: readonly number[], from: number, to: number): Axis {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step)),
    place: (value) => round(from + ((to - from) * (Math.log10(value) - low)) / (high - low)),
  };
}

function vertical(x: number, label: string): string {
  return `<line class="grid" x1="${x}" x2="${x}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text x="${x}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${label}</text>`;
}

function horizontal(y: number, label: string): string {
  return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/><text x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${escaped(label)}</text>`;
}

function drawn({ name, points }: Curve, place: number, x: Axis, y: Axis, format: (y: number) => string): string {
  const { colour, dash } = style(place);
  const places = points
    .filter((point) => point.y > 0)
    .map((point) => ({ ...point, px: x.place(point.x), py: y.place(point.y) }));
  const path = places.map(({ px, py }) => `${px},${py}`).join(" ");
  const dots = places.map(
    ({ x, y, px, py }) =>
      `<circle cx="${px}" cy="${py}" r="3.5" fill="${colour}"><title>${escaped(`${name}, ${x.toLocaleString("en-GB")}: ${format(y)}`)}</title></circle>`,
  );
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>${dots.join("")}`;
}

function legend(curves: readonly Curve[]): string {
  const x = WIDTH - RIGHT + 20;
  return curves
    .map(({ name }, place) => {
      const { colour, dash } = style(place);
      const y = TOP + 12 + place * 22;
      return `<line x1="${x}" x2="${x + 28}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/><text x="${x + 36}" y="${y + 4}">${escaped(name)}</text>`;
    })
    .join("\n");
}

function style(place: number) {
  return STYLES[place % STYLES.length] ?? { colour: "#0072b2", dash: "" };
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
