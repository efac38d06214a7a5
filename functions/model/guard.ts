/** Removals are kept pending when there are more than `items` of them and more than `share` (0 to 1) of the scope. */
export interface GuardThresholds {
  readonly items: number;
  readonly share: number;
}

export const DEFAULT_GUARD: GuardThresholds = { items: 10, share: 0.5 };
