/** An account of the organization. `changing`: neither in use nor gone. */
export interface OrganizationAccount {
  readonly id: string;
  readonly state: "active" | "changing" | "closed";
}

/** A region in an account. `changing`: being enabled or disabled. */
export interface AccountRegion {
  readonly name: string;
  readonly state: "enabled" | "changing" | "disabled";
}

/** What is asked of an organization. Each answer is whole: what cannot be listed to its end is thrown. */
export interface Organization {
  /** The accounts that are to be inventoried. */
  accounts(signal: AbortSignal): Promise<readonly OrganizationAccount[]>;
  regions(account: string, signal: AbortSignal): Promise<readonly AccountRegion[]>;
}
