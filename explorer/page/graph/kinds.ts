export const ALL_HUES = [
  ...["blue", "violet", "teal", "green", "amber", "rose"],
  ...["red", "slate", "cyan", "olive", "brown", "indigo"],
] as const;
export type Hue = (typeof ALL_HUES)[number];

/** Hues of the kinds that are known. */
const HUES: Readonly<Record<string, Hue>> = {
  Dataset: "blue",
  Model: "violet",
  "Training job": "teal",
  "Processing job": "green",
  "Transform job": "olive",
  Approval: "amber",
  Experiment: "rose",
  Endpoint: "red",
  "Model deployment": "brown",
  "Model group": "indigo",
  Image: "slate",
  Application: "cyan",
};

/** A hue for each of the kinds, by their texts: as long as there are enough, no two have the same. */
export function huesOf(kinds: Iterable<string>): ReadonlyMap<string, Hue> {
  const sorted = [...new Set(kinds)].sort();
  const hues = new Map<string, Hue>();
  const free = new Set(ALL_HUES);
  for (const kind of sorted) {
    const hue = HUES[kind];
    if (!hue) continue;
    hues.set(kind, hue);
    free.delete(hue);
  }
  for (const [index, kind] of sorted.filter((each) => !hues.has(each)).entries()) {
    const [hue = ALL_HUES[index % ALL_HUES.length] ?? "slate"] = free;
    hues.set(kind, hue);
    free.delete(hue);
  }
  return hues;
}
