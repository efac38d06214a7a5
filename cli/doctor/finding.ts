/** Something that was looked at, and how it is. */
export interface Finding {
  /** What it is about: `region`, `data folder`, `sagemaker.associations eu-west-1`. */
  readonly name: string;
  /** `note`: works, but should be known. */
  readonly status: "ok" | "note" | "problem";
  readonly message: string;
  /** What to do about a problem. */
  readonly remedy?: string;
  /** Where a setting came from. */
  readonly from?: string;
}

/** A setting that is as it should be. */
export function setting(name: string, message: string, from: string): Finding {
  return { name, status: "ok", message, from };
}
