export const ALL_HUES = ["blue", "violet", "teal", "green", "amber", "rose", "red", "slate"] as const;
export type Hue = (typeof ALL_HUES)[number];

/** Hues of the kinds that are known; others get one by their name, always the same. */
const HUES: readonly (readonly [RegExp, Hue])[] = [
  [/dataset/i, "blue"],
  [/model ?group|experiment|context/i, "rose"],
  [/deploy|endpoint/i, "red"],
  [/approval|action/i, "amber"],
  [/^model|membership/i, "violet"],
  [/training/i, "teal"],
  [/processing|trial/i, "green"],
  [/transform|connector|collaboration/i, "rose"],
  [/image|application$/i, "slate"],
];

export function hueOf(kind: string): Hue {
  const known = HUES.find(([pattern]) => pattern.test(kind));
  if (known) return known[1];
  let hash = 0;
  for (const character of kind) hash = (hash * 31 + character.charCodeAt(0)) % 997;
  return ALL_HUES[hash % ALL_HUES.length] ?? "slate";
}

/** `SageMakerTrainingJob` reads `Training job`. */
export function kindText(kind: string): string {
  const words = kind
    .replace(/^SageMaker/, "")
    .replace(/DataSet/, "Dataset")
    .replace(/([a-z])([A-Z])/g, "$1 $2");
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}
