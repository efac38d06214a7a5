/** How large and how often everything is measured. */
export interface Sizes {
  /** Items of the figures that name no other number. */
  readonly items: number;
  readonly turns: number;
  /** Turns of the first sync, which takes minutes at full size, and the size at which it takes all turns. */
  readonly longTurns: number;
  readonly shortItems: number;
  readonly walks: number;
  readonly gets: number;
  readonly starts: number;
  readonly tailItems: number;
  readonly growth: readonly number[];
}

export const FULL: Sizes = {
  items: 100_000,
  turns: 5,
  longTurns: 1,
  shortItems: 10_000,
  walks: 3,
  gets: 500,
  starts: 15,
  tailItems: 1_000_000,
  growth: [1_000, 10_000, 100_000, 1_000_000],
};

/** For trying the suite itself: the figures say little. */
export const QUICK: Sizes = {
  items: 3_000,
  turns: 3,
  longTurns: 1,
  shortItems: 1_000,
  walks: 1,
  gets: 100,
  starts: 5,
  tailItems: 5_000,
  growth: [300, 1_000, 3_000, 10_000],
};
