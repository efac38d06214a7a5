/** The words that may not come back, each with the word in its place. test/words/check.ts looks for them. */

export interface OldWord {
  readonly old: string;
  readonly use: string;
  /**
   * - `name`: the name of a variable, a function, a type or a member, exactly;
   * - `prefix`: the beginning of such a name;
   * - `text`: in any text, comments and documents included, in upper or lower case;
   * - `file`: the name of a file.
   */
  readonly as: "name" | "prefix" | "text" | "file";
  /** Where an ordinary English word must not be a name; everywhere unless stated. */
  readonly within?: readonly string[];
  /** Where the word is right: it is public in the API or the configuration, which keep their names. */
  readonly except?: readonly string[];
}

/** Where the API's old members are sent beside the new ones, and tested. */
const OLD_MEMBERS = ["functions/api/", "test/api/", "client/openapi.ts"];
const CONFIGURATION = ["infra/settings", "test/infra/"];
const ENGINE = ["functions/sync/", "functions/store/", "functions/model/", "functions/inventory/", "functions/lambda/"];

const PROGRAM = ["functions/", "cli/", "explorer/", "infra/", "simulator/", "bench/"];

const names = (old: readonly string[], use: string, where: Pick<OldWord, "within" | "except"> = {}): OldWord[] =>
  old.map((each) => ({ old: each, use, as: "name", ...where }));
const files = (old: readonly string[], use: string): OldWord[] => old.map((each) => ({ old: each, use, as: "file" }));
const text = (old: string, use: string, where: Pick<OldWord, "within" | "except"> = {}): OldWord => ({
  ...{ old, use, as: "text" },
  ...where,
});

const SYNC: readonly OldWord[] = [
  ...files(["bring-up-to-date.ts"], "reconcile.ts"),
  ...names(["bringUpToDate", "bringStoreUpToDate"], "reconcileScope or applyDiff"),
  ...files(["intake.ts"], "diff.ts"),
  ...names(["startIntake", "intake"], "createDiffer"),
  ...names(["Intaken"], "DiffResult"),
  ...names(["take"], "addPage", { within: ENGINE }),
  ...names(["Draft"], "PendingChange"),
  ...names(["Application"], "SyncTransaction", { within: ["functions/", "cli/"] }),
  ...names(["startApplication"], "beginTransaction"),
  ...names(["endSync"], "commit or abort"),
  ...names(["undo"], "discard", { within: ["functions/", "cli/"] }),
  ...names(["dirtySince", "dirtyBy", "markDirty"], "mark, holder or begin"),
  ...names(["mustHold"], "assertHeld"),
  ...names(["superseded"], "leaseLost", { within: ["functions/sync/lease.ts"] }),
  ...names(["lapses"], "expires"),
  ...names(["Standing", "standing"], "ScopeState"),
  ...names(["standings"], "scopeStates"),
  ...names(["snapshotAt"], "committedAt"),
  ...names(["completeAt"], "lastCompleteAt", { except: OLD_MEMBERS }),
  ...names(["triedAt"], "lastAttemptAt", { except: OLD_MEMBERS }),
  ...names(["digest"], "checksum", { within: ["functions/sync/", "functions/store/"] }),
  ...names(["toggle"], "xor", { within: ["functions/"] }),
  ...names(["rules"], "version", { within: ["functions/sources/"] }),
  ...names(["volatile"], "ignoredPaths"),
  ...names(["asSent"], "nothing: documents are stored as listed"),
  ...names(["examine"], "parseItem"),
  ...names(["placed"], "filterToScope", { within: ["functions/"] }),
  ...names(["Refusal"], "RejectedItem"),
  ...names(["refused"], "rejected", {
    within: [...ENGINE, "cli/"],
    except: ["cli/smoke/", "cli/evidence/listings.ts"],
  }),
  ...names(["blemish"], "untrustedReason"),
  ...names(["flawless"], "trusted"),
  ...names(["listless"], "listMissing"),
  ...names(["barren"], "emptyStreak"),
  text("held removals", "pending removals"),
  ...names(["held"], "pending", {
    within: ["functions/sync/removals.ts", "functions/model/"],
  }),
  ...names(["agrees"], "isConfirmed", { within: ["functions/"] }),
  ...names(["isMass"], "exceedsThreshold"),
  ...names(["accept"], "approve", { within: ["functions/sync/", "functions/model/"] }),
  ...names(["see"], "compare", { within: ["functions/"] }),
  ...names(["keep"], "retain", { within: ["functions/"] }),
  ...names(["seenPresent"], "matchedPresent"),
  ...names(["Tally"], "SyncCounters"),
  ...names(["vanished"], "orphaned, or ended", { except: OLD_MEMBERS }),
  ...names(["ParentRemoved"], "ParentNotFoundError"),
];

const TIME: readonly OldWord[] = [
  ...names(["tail"], "incremental", { within: ["functions/", "infra/"] }),
  ...names(["sweep"], "full", { within: ["functions/", "infra/", "cli/"] }),
  ...names(["cut"], "close", { within: ["functions/sync/", "functions/lambda/"] }),
  ...names(["Cutter"], "nothing: a scope is closed"),
  ...names(["remainder"], "nothing: what is left is the open scope's", { within: ENGINE }),
  ...names(["pin"], "readTimestamp"),
  text("pinned instant", "read timestamp"),
  ...names(["tick"], "nextTimestamp", { within: ["functions/sync/", "functions/inventory/", "functions/api/"] }),
  ...names(["BEGINNING"], "EPOCH"),
];

const ERRORS_AND_LIMITS: readonly OldWord[] = [
  ...names(["BeyondRetention"], "HistoryExpiredError"),
  ...names(["NotOurs"], "InvalidMessageError"),
  ...names(["Must"], "InvalidValueError"),
  ...names(["PartlySent"], "PartialBatchError"),
  ...names(["ReaderGone"], "BrokenPipeError"),
  ...names(["WHOLE"], "ENTIRE_COLLECTION"),
  ...names(["askAhead", "readAhead"], "prefetch"),
  ...names(["concurrently"], "mapConcurrent"),
  { old: "MOST", use: "MAX_…", as: "prefix" },
  { old: "LONGEST", use: "MAX_…", as: "prefix" },
  { old: "LARGEST", use: "MAX_…", as: "prefix" },
  { old: "LEAST", use: "MIN_…", as: "prefix" },
  ...names(["USUAL"], "DEFAULT"),
  ...names(["Patience"], "RetryPolicy"),
  ...names(["SOME_SECONDS"], "SHORT_RETRY"),
  ...names(["persist"], "withRetry"),
];

const LAMBDA_AND_INFRASTRUCTURE: readonly OldWord[] = [
  ...files(["whole-answers.ts"], "request-handler.ts"),
  ...files(["pace.ts"], "request-handler.ts"),
  ...names(["OWN_SERVICES"], "INFRA_CLIENT_CONFIG"),
  ...names(["carryOut"], "processMessage"),
  ...names(["askForPlans"], "dispatch"),
  ...names(["again"], "rethrowIfRetryable", { within: ["functions/lambda/", "functions/aws/"] }),
  ...names(["PASSING"], "RETRYABLE"),
  ...names(["begun"], "onInvoke", { within: ["functions/lambda/"] }),
  ...names(["asked", "Asked", "ASKED"], "onDispatched, or what was requested", { within: PROGRAM }),
  ...names(["returned"], "onRetry", { within: ["functions/lambda/"] }),
  ...names(["told", "Told", "TOLD"], "toLogFields, or what is reported", { within: PROGRAM }),
  ...names(["everyMinutes"], "intervalMinutes", {
    except: [...OLD_MEMBERS, ...CONFIGURATION],
  }),
  ...names(["SourceFacts"], "SourceMetadata"),
  ...names(["Coverage"], "CollectionFilter"),
  ...names(["openCoverage"], "openRead"),
  ...names(["CoveredSource"], "ResolvedSource"),
  ...files(["coverage.ts"], "targets.ts"),
  text("lost plans", "failed schedule deliveries"),
];

const API_AND_COMMAND_LINE: readonly OldWord[] = [
  ...names(["Sieve"], "Filter"),
  ...names(["sifting"], "filtering"),
  ...names(["room"], "remaining", { within: ["functions/"] }),
  ...names(["Reading"], "ReadSnapshot", { within: ["functions/api/", "functions/inventory/"] }),
  ...names(["Answer"], "Response", { within: ["functions/api/"] }),
  ...names(["handle"], "handler", { within: ["functions/api/"] }),
  ...names(["Slice"], "Batch", { within: ["functions/"] }),
  ...names(["Entry"], "Row", { within: ["functions/inventory/", "functions/store/"] }),
  ...names(["rest"], "next", { within: ["functions/store/port.ts"] }),
  ...files(["representation.ts"], "response.ts"),
  ...names(["represent"], "toResponse"),
  ...files(["pages-ahead.ts"], "nothing: it is gone"),
  ...names(["ItemPlace"], "ItemRef"),
  ...names(["placeMembers"], "itemRefFields"),
  ...names(["place"], "what it is: a position, an index, a machine"),
  ...files(["teaching.ts"], "help.ts"),
  ...names(["teach"], "addExamples"),
  ...files(["demonstration.ts"], "demo.ts"),
  ...files(["own-api.ts"], "local-api.ts"),
  ...names(["oneLine"], "toSingleLine"),
  ...names(["explain"], "formatError", { within: ["cli/", "functions/model/"] }),
  ...names(["remedy"], "hint", { within: ["functions/model/errors.ts"] }),
  ...names(["tells"], "alreadyIncludes", { within: ["functions/", "cli/"] }),
];

/** What the program and the documents said before. */
const SENTENCES: readonly OldWord[] = [
  text("another sync that is running has it", "Skipped: already being synced by another process"),
  text("nothing is removed until", "No removals applied: N listed items were rejected"),
  text("undoing what a sync that died", "Rolling back an interrupted sync"),
  text("for the lease of a sync that is running", "Waiting for another sync's lease to expire"),
  text("environment is not as deployed", "Invalid environment"),
  text("there is nothing at", "No route for …"),
  text("is not kept any more", "Outside the retention period"),
  text("there are more items than these", "Showing N. Use --limit N or --all for more."),
  text("set, for no colours", "Disable colors."),
  text("printed, be it nothing", "Success (results may be empty)"),
  text("two lines do everything", "Requires Node.js 20.20 or newer and npm. No AWS account, Docker or Java."),
  text("a simulated account, synced again and again", "Start a demo: a simulated account, synced every 20 seconds …"),
  text("the bill follows what changed", "You pay for changes, not for the size of the inventory."),
  text("only a listing known to be complete", "Items are removed only after a complete listing."),
  text("read at an instant, the inventory is", "A query with `at` returns exactly …"),
  text("complete a long listing up to where it is", "Save progress after this many seconds and continue"),
  text("call no service in a region more often", "Maximum calls per second per service and region"),
  text("walk to the end, then ask again", "Page to the end, save `asOf`, and send it as `since` next time."),
  text("the newest instant at which all", "Default: the latest time with complete data."),
  text("of one path any value will do", "Repeat a path for OR; use several paths for AND."),
  text("parameters that there are not", "Unknown, empty or repeated parameters return 400."),
  text("what changed and changed back", "Reverted changes are not included."),
  text("watching costs more than working", "Monitoring is most of the cost."),
  text("no item is like this", "No items match these filters."),
  text("find in everything", "Search all"),
  text("the answer cannot be read", "Unexpected response from server"),
  { old: "usual", use: "Reset", as: "name", within: ["explorer/"] },
  text("told by", "by, or says"),
  text("anew", "again"),
  text("whoever", "who, or the process that"),
  text("be it", "or"),
];

export const OLD_WORDS: readonly OldWord[] = [
  ...SYNC,
  ...TIME,
  ...ERRORS_AND_LIMITS,
  ...LAMBDA_AND_INFRASTRUCTURE,
  ...API_AND_COMMAND_LINE,
  ...SENTENCES,
];
