export interface paths {
    "/v1/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List sources, and how fresh they are
         * @description What is inventoried: each source with its collections, and each collection with its scopes: when each was last complete, when last tried, with what outcome, when it counts as stale, and which removals are pending. `limit` counts scopes. Where there are more, the next page continues in the same collection and repeats its summary. States are those of the moment of the request, not of `asOf`.
         */
        get: operations["listSources"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/collections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List collections, what is wrong first
         * @description What each source lists in each account and region: those that fail first, then those with pending removals, that are stale, were never listed whole, are unavailable, and at last those that are as they should be. Each has up to three of the scopes that are not. `totals` add up all collections that the request covers, whatever `condition` says. They, and the order, are by what the last sync of each collection noted at its end; entries are those of the moment of the request. A collection whose condition changes during a walk may be missing, or come twice.
         */
        get: operations["listCollections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List items
         * @description The items that there are, or were at an instant, in order of collection and key. All pages show one instant, however many syncs complete meanwhile.
         */
        get: operations["listItems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/items/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one item
         * @description One item, as it is or as it was at an instant. A removed item returns 410.
         */
        get: operations["getItem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/items/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an item's versions
         * @description Every version of the item until the instant shown, newest first, with the interval in which it was current. The list ends with the oldest version within the retention period; with `order=asc` it begins there.
         */
        get: operations["getItemHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List changes
         * @description What changed. With `order`, in order of time over all collections; without it oldest first, one collection after another, which reads the least. To follow the log, page to the end, save `asOf`, and send it as `since` next time: every change then comes exactly once, those of a collection in order.
         */
        get: operations["listChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare two instants
         * @description The items that were added, removed or modified between two instants. Reverted changes are not included. One collection after another, in the order in which the items first changed.
         */
        get: operations["compareInstants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search items
         * @description The items that have all the words, now or at an instant: first those whose name is what was searched for, then those whose name begins with it, those whose name has the words, and those that have them elsewhere. `matched` says where. Where the database has no search index (DynamoDB), each page reads the next 10,000 items or so, ranks what it finds in them, and says in `scanned` how far it came.
         */
        get: operations["searchItems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/graph": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Walk along edges
         * @description What a node leads to along the edges that items state, breadth first, across all sources, accounts and regions. Names of one thing are one node: an item's ARN and id, an artifact's URI, a job and the trial component that stands for it, the ends of a `SameAs` association. A node that is an item has its name, type, state and id. Everything is read as of the instant shown. With `fields`, each edge comes with these members of the item that states it.
         */
        get: operations["walkGraph"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/paths": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find paths between two nodes
         * @description The shortest paths from one node to another, all of the same length. Nodes and edges are those of `/v1/graph`, as of the instant shown. Of several edges between two nodes a path has one.
         */
        get: operations["findPaths"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/impact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count what depends on a node
         * @description Everything downstream of a node, or upstream, by type: how many nodes there are of each, and the nearest of them. It follows at most 5000 edges; `truncated` says that there is more.
         */
        get: operations["readImpact"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/syncs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List syncs
         * @description The syncs that have ended: with `order` in order of time over all collections; without it one collection after another and each collection's newest first. Syncs in a row that found nothing new in a scope are one entry, with `unchangedSyncs`. A sync that ends during a walk may or may not be in it; in ascending order an entry with `unchangedSyncs` may come again, longer.
         */
        get: operations["listSyncs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check that everything is fresh
         * @description 200 while every scope, and every plan, was complete within three of its source's intervals. Otherwise 503 with the collections that were not, and also when nothing has been synced yet. Scopes whose parent is gone and targets that are no longer inventoried do not count, nor does what is unavailable, nor a scope that a plan has just named while its first sync runs.
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Describe the API
         * @description This document: OpenAPI 3.1, made from the schemas that requests are read with.
         */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Describe the API to people
         * @description The same as a page to read. The page loads nothing.
         */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Format: date-time
         * @description ISO 8601, UTC, milliseconds.
         * @example 2026-03-01T12:00:00.000Z
         */
        Instant: string;
        /** @description What the service listed, nothing dropped or renamed. Timestamps are ISO 8601 text. */
        Document: {
            [key: string]: unknown;
        };
        /** @description A directed relation that an item states. */
        Edge: {
            /** @description The node it starts from, usually an ARN. */
            from: string;
            /** @description The node it leads to. */
            to: string;
            /** @description The kind of relation, if the service says. */
            relation?: string;
            /** @description What people call `from`; with `names=true`. */
            fromName?: string;
            /** @description What people call `to`; with `names=true`. */
            toName?: string;
        };
        /**
         * @description Why the item was removed.
         * @enum {string}
         */
        Cause: "not listed" | "parent removed" | "target retired" | "source changed" | "repaired";
        /**
         * @description A removed item is its tombstone, with the content as last listed.
         * @enum {string}
         */
        ItemState: "present" | "removed";
        /** @enum {string} */
        ChangeKind: "added" | "modified" | "removed";
        /** @description One path at which two versions of a document differ. */
        Difference: {
            /** @description Where: member names separated by dots, list elements by number in brackets (`Tags[0].Value`). Within a name a backslash is before `.`, `[`, `]` and `\`. */
            path: string;
            /** @description Absent if there was nothing. */
            before?: unknown;
            /** @description Absent if there is nothing any more. */
            after?: unknown;
        };
        /**
         * @description How a sync ended: everything is stored (`complete`); everything except removals that wait for another listing to confirm them (`held`); nothing (`failed`); or nothing, for a reason that lasts until the account changes, such as a region that is not enabled (`unavailable`). That is tried daily, and counts neither as failed nor as stale.
         * @enum {string}
         */
        Outcome: "complete" | "held" | "failed" | "unavailable";
        Failure: {
            /** @enum {string} */
            code: "throttled" | "unavailable" | "denied" | "refused" | "unsupported" | "malformed" | "superseded" | "interrupted" | "damaged" | "clock" | "foreign";
            message: string;
        };
        /**
         * @description What is the case with a collection, the worst. `failed`: The last try of a scope, or of the plan, failed. `held`: Removals are pending. `stale`: Something is older than its schedule allows. `new`: Something was never listed whole. `unavailable`: The account lacks what the source lists. `ok`: As it should be. `retired`: No longer inventoried.
         * @enum {string}
         */
        Condition: "failed" | "held" | "stale" | "new" | "unavailable" | "ok" | "retired";
        SourceList: {
            items: components["schemas"]["Source"][];
            asOf: components["schemas"]["Instant"] & unknown;
            freshAt?: components["schemas"]["Instant"] & unknown;
            /** @description Where the next page begins; absent on the last page. */
            nextCursor?: string;
        };
        Source: {
            id: string;
            /** @description The service and its list operation. */
            operation: string;
            /** @description Interval of full syncs, in minutes. */
            intervalMinutes: number;
            /**
             * @deprecated
             * @description Old name of `intervalMinutes`.
             */
            everyMinutes: number;
            /** @description Where the service is known to exist. */
            regions: string[];
            /** @description Whether another listing names its scopes. */
            planned: boolean;
            node?: components["schemas"]["NodeMembers"];
            totals?: components["schemas"]["Totals"];
            collections: components["schemas"]["Collection"][];
        };
        /** @description Where documents say what their items are in a graph. Absent where items are relations and nothing more. */
        NodeMembers: {
            /** @description What kind of thing an item is: `training job`. */
            type: string;
            /** @description The path of what says the kind more closely. */
            typeMember?: string;
            /** @description The path of its name for people; absent where it has none. */
            name?: string;
            /** @description The path of the state that its service says it is in. */
            state?: string;
            /** @description The paths of what edges name it by: its ARN, its id. */
            names: string[];
        };
        /** @description With `collections=false`. */
        Totals: {
            collections: number;
            /** @description Items present. */
            items: number;
            /** @description Removals that are pending. */
            pending: number;
            /** @description The number of collections with which each is the case, the worst of each. */
            conditions: {
                /** @description The last try of a scope, or of the plan, failed. */
                failed: number;
                /** @description Removals are pending. */
                held: number;
                /** @description Something is older than its schedule allows. */
                stale: number;
                /** @description Something was never listed whole. */
                new: number;
                /** @description The account lacks what the source lists. */
                unavailable: number;
                /** @description As it should be. */
                ok: number;
                /** @description No longer inventoried. */
                retired: number;
            };
            lastCompleteAt?: components["schemas"]["Instant"] & unknown;
        };
        /** @description What one source lists in one account and region. */
        Collection: {
            account: string;
            region: string;
            /** @description Items present, in all scopes. */
            items: number;
            lastCompleteAt?: components["schemas"]["Instant"] & unknown;
            completeAt?: components["schemas"]["Instant"] & unknown;
            /** @description Whether any scope, or the plan, is stale. */
            stale: boolean;
            /** @description The number of scopes, and of those in each state. */
            counts: {
                scopes: number;
                stale: number;
                failed: number;
                unavailable: number;
                held: number;
                syncing: number;
                ended: number;
                /**
                 * @deprecated
                 * @description Old name of `ended`.
                 */
                vanished: number;
            };
            /** @description The listing that names the scopes, of sources that plan them. */
            plan?: {
                lastCompleteAt?: components["schemas"]["Instant"] & unknown;
                completeAt?: components["schemas"]["Instant"] & unknown;
                lastAttemptAt?: components["schemas"]["Instant"] & unknown;
                triedAt?: components["schemas"]["Instant"] & unknown;
                outcome?: components["schemas"]["Outcome"];
                error?: components["schemas"]["Failure"] & unknown;
                unavailableSince?: components["schemas"]["Instant"] & unknown;
                staleAfter?: components["schemas"]["Instant"] & unknown;
                /** @description Whether it is older than its schedule allows, or was never complete. */
                stale: boolean;
            };
            /** @description The scopes on this page, in order of their ids. */
            scopes: components["schemas"]["Scope"][];
        };
        Scope: {
            /** @description Unique in its collection; `all` where the whole is listed at once. */
            id: string;
            /** @description Items present. */
            items: number;
            lastCompleteAt?: components["schemas"]["Instant"] & unknown;
            completeAt?: components["schemas"]["Instant"] & unknown;
            lastAttemptAt?: components["schemas"]["Instant"] & unknown;
            triedAt?: components["schemas"]["Instant"] & unknown;
            outcome?: components["schemas"]["Outcome"];
            error?: components["schemas"]["Failure"] & unknown;
            unavailableSince?: components["schemas"]["Instant"] & unknown;
            staleAfter?: components["schemas"]["Instant"] & unknown;
            /** @description Whether it is older than its schedule allows, or was never complete. */
            stale: boolean;
            firstListing?: components["schemas"]["Instant"] & unknown;
            /** @description Items that are missing from the listing, and not removed yet. */
            held?: {
                count: number;
                reason: string;
                since: components["schemas"]["Instant"];
            };
            /** @description Whether a sync is writing to it. */
            syncing: boolean;
            /**
             * @description Why nothing is listed in it any more: its parent is gone, or its target is retired.
             * @enum {string}
             */
            ended?: "parent removed" | "target retired";
            /**
             * @deprecated
             * @description Old name of `ended`.
             */
            vanished: boolean;
        };
        ProblemUnknownParameter: {
            /** @enum {string} */
            type: "/v1/docs#problem-unknown-parameter";
            /** @enum {string} */
            title: "Unknown parameter";
            /** @enum {number} */
            status: 400;
            /** @description What is wrong with which value, and what to do about it, in one line. */
            detail: string;
            parameter: string;
        };
        ProblemInvalidParameter: {
            /** @enum {string} */
            type: "/v1/docs#problem-invalid-parameter";
            /** @enum {string} */
            title: "Invalid parameter";
            /** @enum {number} */
            status: 400;
            /** @description What is wrong with which value, and what to do about it, in one line. */
            detail: string;
            parameter: string;
        };
        ProblemInvalidCursor: {
            /** @enum {string} */
            type: "/v1/docs#problem-invalid-cursor";
            /** @enum {string} */
            title: "Invalid cursor";
            /** @enum {number} */
            status: 400;
            /** @description What is wrong with which value, and what to do about it, in one line. */
            detail: string;
            /** @enum {string} */
            parameter: "cursor";
        };
        ProblemBeyondRetention: {
            /** @enum {string} */
            type: "/v1/docs#problem-beyond-retention";
            /** @enum {string} */
            title: "Outside the retention period";
            /** @enum {number} */
            status: 400;
            /** @description What is wrong with which value, and what to do about it, in one line. */
            detail: string;
            parameter: string;
        };
        ProblemMethodNotAllowed: {
            /** @enum {string} */
            type: "/v1/docs#problem-method-not-allowed";
            /** @enum {string} */
            title: "Method not allowed";
            /** @enum {number} */
            status: 405;
            /** @description What is wrong with which value, and what to do about it, in one line. */
            detail: string;
        };
        ProblemInternal: {
            /** @enum {string} */
            type: "/v1/docs#problem-internal";
            /** @enum {string} */
            title: "Internal error";
            /** @enum {number} */
            status: 500;
            /** @description What is wrong with which value, and what to do about it, in one line. */
            detail: string;
            errorId: string;
        };
        ProblemDamaged: {
            /** @enum {string} */
            type: "/v1/docs#problem-damaged";
            /** @enum {string} */
            title: "Stored data is damaged";
            /** @enum {number} */
            status: 500;
            /** @description What is wrong with which value, and what to do about it, in one line. */
            detail: string;
            errorId: string;
        };
        ProblemStoreUnavailable: {
            /** @enum {string} */
            type: "/v1/docs#problem-store-unavailable";
            /** @enum {string} */
            title: "The store is not available";
            /** @enum {number} */
            status: 503;
            /** @description What is wrong with which value, and what to do about it, in one line. */
            detail: string;
        };
        CollectionList: {
            items: components["schemas"]["CollectionEntry"][];
            asOf: components["schemas"]["Instant"] & unknown;
            freshAt?: components["schemas"]["Instant"] & unknown;
            totals: components["schemas"]["Totals"] & unknown;
            /** @description Where the next page begins; absent on the last page. */
            nextCursor?: string;
        };
        CollectionEntry: {
            source: string;
            /** @description The source's interval of full syncs, in minutes. */
            intervalMinutes: number;
            condition: components["schemas"]["Condition"];
            /** @description Removals that are pending, in all scopes. */
            pending: number;
            account: string;
            region: string;
            /** @description Items present, in all scopes. */
            items: number;
            lastCompleteAt?: components["schemas"]["Instant"] & unknown;
            completeAt?: components["schemas"]["Instant"] & unknown;
            /** @description Whether any scope, or the plan, is stale. */
            stale: boolean;
            /** @description The number of scopes, and of those in each state. */
            counts: {
                scopes: number;
                stale: number;
                failed: number;
                unavailable: number;
                held: number;
                syncing: number;
                ended: number;
                /**
                 * @deprecated
                 * @description Old name of `ended`.
                 */
                vanished: number;
            };
            /** @description The listing that names the scopes, of sources that plan them. */
            plan?: {
                lastCompleteAt?: components["schemas"]["Instant"] & unknown;
                completeAt?: components["schemas"]["Instant"] & unknown;
                lastAttemptAt?: components["schemas"]["Instant"] & unknown;
                triedAt?: components["schemas"]["Instant"] & unknown;
                outcome?: components["schemas"]["Outcome"];
                error?: components["schemas"]["Failure"] & unknown;
                unavailableSince?: components["schemas"]["Instant"] & unknown;
                staleAfter?: components["schemas"]["Instant"] & unknown;
                /** @description Whether it is older than its schedule allows, or was never complete. */
                stale: boolean;
            };
            /** @description Up to three of the scopes that failed, have pending removals, or are unavailable. */
            scopes: components["schemas"]["Scope"][];
        };
        ItemList: {
            items: (components["schemas"]["Item"] | components["schemas"]["ItemSelection"])[];
            asOf: components["schemas"]["Instant"] & unknown;
            freshAt?: components["schemas"]["Instant"] & unknown;
            /** @description How many there are on all pages; with `count=true`. */
            count?: number;
            /**
             * @description Counting has ended before the list did.
             * @enum {boolean}
             */
            countTruncated?: true;
            /** @description What may be wrong with the request: paths of conditions that no document has. */
            warnings?: string[];
            keptSince?: components["schemas"]["Instant"] & unknown;
            /** @description Where the next page begins; absent on the last page. */
            nextCursor?: string;
        };
        Item: {
            /** @description What people call it; with `names=true`, or where `fields` asks for it. */
            name?: string;
            /** @description Opaque, URL-safe, the same everywhere. */
            id: string;
            /** @description Twelve digits of the id's SHA-256. It is accepted wherever `id` is. */
            shortId: string;
            /** @description The source that lists it. */
            source: string;
            /** @description The AWS account it is in. */
            account: string;
            /** @description The AWS region it is in. */
            region: string;
            /** @description Its identity among what its source lists in its account and region. */
            key: string;
            /** @description The part of the collection that it was listed with. */
            scope: string;
            state: components["schemas"]["ItemState"];
            /** @description 1 for the first. Every change adds one, a removal too. */
            version: number;
            firstSeenAt: components["schemas"]["Instant"];
            changedAt: components["schemas"]["Instant"] & unknown;
            removedAt?: components["schemas"]["Instant"];
            cause?: components["schemas"]["Cause"];
            edge?: components["schemas"]["Edge"];
            document: components["schemas"]["Document"];
            stored?: components["schemas"]["StoredVersion"];
        };
        /** @description What is stored of an item's version beside what the item shows. */
        StoredVersion: {
            /** @description Of key, edges, names and document, as Stocktake compares them. */
            hash: string;
            /** @description All edges that it states. */
            edges: components["schemas"]["Edge"][];
            /** @description What the graph finds it by. */
            names?: string[];
            edgesSince: components["schemas"]["Instant"] & unknown;
            previousAt?: components["schemas"]["Instant"] & unknown;
        };
        /** @description The members of an item that `fields` names. */
        ItemSelection: {
            /** @description What people call it; with `names=true`, or where `fields` asks for it. */
            name?: string;
            /** @description Opaque, URL-safe, the same everywhere. */
            id: string;
            /** @description Twelve digits of the id's SHA-256. It is accepted wherever `id` is. */
            shortId?: string;
            /** @description The source that lists it. */
            source?: string;
            /** @description The AWS account it is in. */
            account?: string;
            /** @description The AWS region it is in. */
            region?: string;
            /** @description Its identity among what its source lists in its account and region. */
            key?: string;
            /** @description The part of the collection that it was listed with. */
            scope?: string;
            state?: components["schemas"]["ItemState"];
            /** @description 1 for the first. Every change adds one, a removal too. */
            version?: number;
            firstSeenAt?: components["schemas"]["Instant"];
            changedAt?: components["schemas"]["Instant"] & unknown;
            removedAt?: components["schemas"]["Instant"];
            cause?: components["schemas"]["Cause"];
            edge?: components["schemas"]["Edge"];
            document?: components["schemas"]["Document"];
            stored?: components["schemas"]["StoredVersion"];
        };
        /** @description An item, and the instant at which it was like this. */
        ItemAsOf: {
            /** @description What people call it; with `names=true`, or where `fields` asks for it. */
            name?: string;
            /** @description Opaque, URL-safe, the same everywhere. */
            id: string;
            /** @description Twelve digits of the id's SHA-256. It is accepted wherever `id` is. */
            shortId: string;
            /** @description The source that lists it. */
            source: string;
            /** @description The AWS account it is in. */
            account: string;
            /** @description The AWS region it is in. */
            region: string;
            /** @description Its identity among what its source lists in its account and region. */
            key: string;
            /** @description The part of the collection that it was listed with. */
            scope: string;
            state: components["schemas"]["ItemState"];
            /** @description 1 for the first. Every change adds one, a removal too. */
            version: number;
            firstSeenAt: components["schemas"]["Instant"];
            changedAt: components["schemas"]["Instant"] & unknown;
            removedAt?: components["schemas"]["Instant"];
            cause?: components["schemas"]["Cause"];
            edge?: components["schemas"]["Edge"];
            document: components["schemas"]["Document"];
            asOf: components["schemas"]["Instant"] & unknown;
            freshAt?: components["schemas"]["Instant"] & unknown;
        };
        ProblemInvalidId: {
            /** @enum {string} */
            type: "/v1/docs#problem-invalid-id";
            /** @enum {string} */
            title: "Not an item's id";
            /** @enum {number} */
            status: 400;
            /** @description What is wrong with which value, and what to do about it, in one line. */
            detail: string;
            parameter: string;
        };
        ProblemUnknownItem: {
            /** @enum {string} */
            type: "/v1/docs#problem-unknown-item";
            /** @enum {string} */
            title: "Unknown item";
            /** @enum {number} */
            status: 404;
            /** @description What is wrong with which value, and what to do about it, in one line. */
            detail: string;
        };
        ProblemRemovedItem: {
            /** @enum {string} */
            type: "/v1/docs#problem-removed-item";
            /** @enum {string} */
            title: "The item was removed";
            /** @enum {number} */
            status: 410;
            /** @description What is wrong with which value, and what to do about it, in one line. */
            detail: string;
            item: components["schemas"]["ItemAsOf"];
            /** @description Where to read the item's last content. */
            lastVersion: string;
        };
        History: {
            items: components["schemas"]["ItemVersion"][];
            asOf: components["schemas"]["Instant"] & unknown;
            freshAt?: components["schemas"]["Instant"] & unknown;
            /** @description How many there are on all pages; with `count=true`. */
            count?: number;
            /**
             * @description Counting has ended before the list did.
             * @enum {boolean}
             */
            countTruncated?: true;
            /** @description Where the next page begins; absent on the last page. */
            nextCursor?: string;
        };
        ItemVersion: {
            /** @description What people call it; with `names=true`. */
            name?: string;
            /** @description 1 for the first. Every change adds one, a removal too. */
            version: number;
            state: components["schemas"]["ItemState"];
            kind?: components["schemas"]["ChangeKind"] & unknown;
            from: components["schemas"]["Instant"];
            until?: components["schemas"]["Instant"] & unknown;
            cause?: components["schemas"]["Cause"];
            edge?: components["schemas"]["Edge"];
            document: components["schemas"]["Document"];
            /** @description Of a modification: where it differs from the version before. */
            differences?: components["schemas"]["Difference"][];
        };
        ChangeList: {
            items: components["schemas"]["Change"][];
            asOf: components["schemas"]["Instant"] & unknown;
            freshAt?: components["schemas"]["Instant"] & unknown;
            /** @description How many there are on all pages; with `count=true`. */
            count?: number;
            /**
             * @description Counting has ended before the list did.
             * @enum {boolean}
             */
            countTruncated?: true;
            /** @description What may be wrong with the request: paths of conditions that no document has. */
            warnings?: string[];
            keptSince?: components["schemas"]["Instant"] & unknown;
            /** @description Where the next page begins; absent on the last page. */
            nextCursor?: string;
        };
        Change: {
            at: components["schemas"]["Instant"];
            kind: components["schemas"]["ChangeKind"];
            /** @description What people call it; with `names=true`. */
            name?: string;
            /** @description Opaque, URL-safe, the same everywhere. */
            id: string;
            /** @description Twelve digits of the id's SHA-256. It is accepted wherever `id` is. */
            shortId: string;
            /** @description The source that lists it. */
            source: string;
            /** @description The AWS account it is in. */
            account: string;
            /** @description The AWS region it is in. */
            region: string;
            /** @description Its identity among what its source lists in its account and region. */
            key: string;
            /** @description The part of the collection that it was listed with. */
            scope: string;
            /** @description 1 for the first. Every change adds one, a removal too. */
            version: number;
            previousAt?: components["schemas"]["Instant"] & unknown;
            cause?: components["schemas"]["Cause"];
            edge?: components["schemas"]["Edge"] & unknown;
            /** @description Of a modification: what differs. */
            differences?: components["schemas"]["Difference"][];
            document: components["schemas"]["Document"] & unknown;
            stored?: components["schemas"]["StoredChange"];
        };
        /** @description What is stored of a change beside what it shows. */
        StoredChange: {
            /** @description Of key, edges, names and document, as Stocktake compares them. */
            hash: string;
            /** @description All edges that it states. */
            edges: components["schemas"]["Edge"][];
            /** @description What the graph finds it by. */
            names?: string[];
            edgesSince: components["schemas"]["Instant"] & unknown;
            previousAt?: components["schemas"]["Instant"] & unknown;
            /**
             * @description `reindexed`: only what is derived from the document differs. `kind` of the change is then `modified`.
             * @enum {string}
             */
            kind: "added" | "modified" | "removed" | "reindexed";
            firstSeenAt: components["schemas"]["Instant"];
            /** @description The version before; absent of an item that was never seen before. */
            before?: {
                /** @description Of key, edges, names and document, as Stocktake compares them. */
                hash: string;
                /** @description All edges that it states. */
                edges: components["schemas"]["Edge"][];
                /** @description What the graph finds it by. */
                names?: string[];
                edgesSince: components["schemas"]["Instant"] & unknown;
                previousAt?: components["schemas"]["Instant"] & unknown;
                at: components["schemas"]["Instant"];
                /** @description The part of the collection that it was listed with. */
                scope: string;
                state: components["schemas"]["ItemState"];
                /** @description 1 for the first. Every change adds one, a removal too. */
                version: number;
                firstSeenAt: components["schemas"]["Instant"];
                cause?: components["schemas"]["Cause"];
                document?: components["schemas"]["Document"] & unknown;
            };
        };
        NetChangeList: {
            items: components["schemas"]["NetChange"][];
            asOf: components["schemas"]["Instant"] & unknown;
            freshAt?: components["schemas"]["Instant"] & unknown;
            /** @description How many there are on all pages; with `count=true`. */
            count?: number;
            /**
             * @description Counting has ended before the list did.
             * @enum {boolean}
             */
            countTruncated?: true;
            from: components["schemas"]["Instant"] & unknown;
            /** @description Where the next page begins; absent on the last page. */
            nextCursor?: string;
        };
        /** @description How one item differs between two instants, whatever happened in between. */
        NetChange: {
            kind: components["schemas"]["ChangeKind"];
            /** @description What people call it; with `names=true`. */
            name?: string;
            /** @description Opaque, URL-safe, the same everywhere. */
            id: string;
            /** @description Twelve digits of the id's SHA-256. It is accepted wherever `id` is. */
            shortId: string;
            /** @description The source that lists it. */
            source: string;
            /** @description The AWS account it is in. */
            account: string;
            /** @description The AWS region it is in. */
            region: string;
            /** @description Its identity among what its source lists in its account and region. */
            key: string;
            /** @description The part of the collection that it was listed with. */
            scope: string;
            before?: components["schemas"]["VersionThen"];
            after?: components["schemas"]["VersionThen"] & unknown;
            /** @description Of a modification: what differs. */
            differences?: components["schemas"]["Difference"][];
        };
        /** @description Absent if it was not there at `from`. */
        VersionThen: {
            /** @description 1 for the first. Every change adds one, a removal too. */
            version: number;
            changedAt: components["schemas"]["Instant"];
            edge?: components["schemas"]["Edge"];
            document: components["schemas"]["Document"];
        };
        SearchResult: {
            items: components["schemas"]["SearchHit"][];
            asOf: components["schemas"]["Instant"] & unknown;
            freshAt?: components["schemas"]["Instant"] & unknown;
            /** @description How many there are on all pages; with `count=true`. */
            count?: number;
            /**
             * @description Counting has ended before the list did.
             * @enum {boolean}
             */
            countTruncated?: true;
            /** @description Where the database has no search index: how many items this page read, and the last of them; absent when all were read. */
            scanned?: {
                items: number;
                through?: {
                    /** @description Opaque, URL-safe, the same everywhere. */
                    id?: string;
                    /** @description Twelve digits of the id's SHA-256. It is accepted wherever `id` is. */
                    shortId?: string;
                    /** @description The source that lists it. */
                    source: string;
                    /** @description The AWS account it is in. */
                    account: string;
                    /** @description The AWS region it is in. */
                    region: string;
                    /** @description Its identity among what its source lists in its account and region. */
                    key: string;
                };
            };
            /** @description Where the next page begins; absent on the last page. */
            nextCursor?: string;
        };
        /** @description An item that matches a search; with its document where `fields` asks for it. */
        SearchHit: {
            /** @description What people call it. */
            name: string;
            /** @description Opaque, URL-safe, the same everywhere. */
            id: string;
            /** @description Twelve digits of the id's SHA-256. It is accepted wherever `id` is. */
            shortId?: string;
            /** @description The source that lists it. */
            source?: string;
            /** @description The AWS account it is in. */
            account?: string;
            /** @description The AWS region it is in. */
            region?: string;
            /** @description Its identity among what its source lists in its account and region. */
            key?: string;
            /** @description The part of the collection that it was listed with. */
            scope?: string;
            state?: components["schemas"]["ItemState"];
            /** @description 1 for the first. Every change adds one, a removal too. */
            version?: number;
            firstSeenAt?: components["schemas"]["Instant"];
            changedAt?: components["schemas"]["Instant"] & unknown;
            removedAt?: components["schemas"]["Instant"];
            cause?: components["schemas"]["Cause"];
            edge?: components["schemas"]["Edge"];
            document?: components["schemas"]["Document"];
            /**
             * @description The name is what was searched for, begins with it, or has all its words; or they are elsewhere.
             * @enum {string}
             */
            rank: "exact" | "prefix" | "name" | "text";
            /** @description Where the words are. */
            matched: {
                /** @description `name`, `key`, `source`, or a path into the document (`document.Tags[0].Value`). */
                path: string;
                value: string;
            }[];
        };
        Graph: {
            /** @description The start, and what was reached from it, nearest first. */
            nodes: components["schemas"]["Node"][];
            /** @description The edges walked, each once, nearest to the start first. */
            edges: components["schemas"]["GraphEdge"][];
            /** @description Whether there is more within the depth than the response has. */
            truncated: boolean;
            asOf: components["schemas"]["Instant"] & unknown;
            freshAt?: components["schemas"]["Instant"] & unknown;
        };
        Node: {
            /** @description What edges of the response name it by: of an item, the first of its names. Several names of one thing are one node. */
            node: string;
            /** @description What people call it. */
            name?: string;
            /** @description What kind of thing it is: `endpoint`, `Model`. */
            type?: string;
            /** @description The state that its service says it is in. */
            state?: string;
            /** @description The id of the item that it is; of a removed one, the item that it was. */
            itemId?: string;
            removedAt?: components["schemas"]["Instant"] & unknown;
            /** @description No item that is present answers to it. */
            dangling: boolean;
            /** @description Everything that it is named by, `node` first. */
            names: string[];
            /** @description How many edges it is away from the start. */
            depth: number;
        };
        GraphEdge: {
            from: string;
            to: string;
            relation?: string;
            /** @description The id of the item that states the edge. */
            itemId: string;
            /** @description The source that lists it. */
            source: string;
            /** @description The AWS account it is in. */
            account: string;
            /** @description The AWS region it is in. */
            region: string;
            item?: components["schemas"]["ItemMembers"];
        };
        /** @description The members that `fields` names of the item that states an edge. */
        ItemMembers: {
            /** @description What people call it; with `names=true`, or where `fields` asks for it. */
            name?: string;
            /** @description Twelve digits of the id's SHA-256. It is accepted wherever `id` is. */
            shortId?: string;
            /** @description The source that lists it. */
            source?: string;
            /** @description The AWS account it is in. */
            account?: string;
            /** @description The AWS region it is in. */
            region?: string;
            /** @description Its identity among what its source lists in its account and region. */
            key?: string;
            /** @description The part of the collection that it was listed with. */
            scope?: string;
            state?: components["schemas"]["ItemState"];
            /** @description 1 for the first. Every change adds one, a removal too. */
            version?: number;
            firstSeenAt?: components["schemas"]["Instant"];
            changedAt?: components["schemas"]["Instant"] & unknown;
            removedAt?: components["schemas"]["Instant"];
            cause?: components["schemas"]["Cause"];
            edge?: components["schemas"]["Edge"];
            document?: components["schemas"]["Document"];
        };
        PathList: {
            /** @description The shortest paths, all of the same length; none when there is no path. */
            paths: components["schemas"]["Path"][];
            /** @description The nodes of the paths, each once. */
            nodes: components["schemas"]["NamedNode"][];
            /** @description Whether there are more paths, or one may have been missed. */
            truncated: boolean;
            asOf: components["schemas"]["Instant"] & unknown;
            freshAt?: components["schemas"]["Instant"] & unknown;
        };
        Path: {
            /** @description The nodes in order, from the first to the last. */
            nodes: string[];
            /** @description One edge between each node and the next. */
            edges: components["schemas"]["GraphEdge"][];
        };
        NamedNode: {
            /** @description What edges of the response name it by: of an item, the first of its names. Several names of one thing are one node. */
            node: string;
            /** @description What people call it. */
            name?: string;
            /** @description What kind of thing it is: `endpoint`, `Model`. */
            type?: string;
            /** @description The state that its service says it is in. */
            state?: string;
            /** @description The id of the item that it is; of a removed one, the item that it was. */
            itemId?: string;
            removedAt?: components["schemas"]["Instant"] & unknown;
            /** @description No item that is present answers to it. */
            dangling: boolean;
            /** @description Everything that it is named by, `node` first. */
            names: string[];
        };
        Impact: {
            node: components["schemas"]["Node"];
            /** @description How many nodes were reached, of all types. */
            count: number;
            /** @description The type with the most nodes first. */
            types: components["schemas"]["ImpactType"][];
            /** @description Whether there is more than one request reads. */
            truncated: boolean;
            asOf: components["schemas"]["Instant"] & unknown;
            freshAt?: components["schemas"]["Instant"] & unknown;
        };
        ImpactType: {
            /** @description `unknown`, of nodes that no item describes. */
            type: string;
            /** @description How many nodes of the type were reached. */
            count: number;
            /** @description The nearest of them. */
            nodes: components["schemas"]["Node"][];
        };
        SyncList: {
            items: components["schemas"]["Sync"][];
            asOf: components["schemas"]["Instant"] & unknown;
            freshAt?: components["schemas"]["Instant"] & unknown;
            /** @description How many there are on all pages; with `count=true`. */
            count?: number;
            /**
             * @description Counting has ended before the list did.
             * @enum {boolean}
             */
            countTruncated?: true;
            /** @description Where the next page begins; absent on the last page. */
            nextCursor?: string;
        };
        Sync: {
            source: string;
            account: string;
            region: string;
            scope: string;
            startedAt: components["schemas"]["Instant"] & unknown;
            /**
             * @description Whether it listed the whole scope, only what is new, or the plan of the scopes; `retirement`: a target was retired, and its items ended.
             * @enum {string}
             */
            kind?: "full" | "incremental" | "plan" | "retirement";
            outcome: components["schemas"]["Outcome"];
            /** @description The entry stands for this many syncs of the scope in a row that found nothing new. `pages`, `retries`, `durationMs` and `kind` are then absent. */
            unchangedSyncs?: {
                count: number;
                since: components["schemas"]["Instant"];
                until: components["schemas"]["Instant"];
            };
            at?: components["schemas"]["Instant"] & unknown;
            /** @description Pages listed. */
            pages?: number;
            /** @description Distinct items listed. */
            listed: number;
            /** @description Items added. */
            added: number;
            /** @description Items modified. */
            modified: number;
            /** @description Items removed. */
            removed: number;
            /** @description Items that had not changed. */
            unchanged: number;
            /** @description Requests that were repeated. */
            retries?: number;
            /** @description Removals that are pending. */
            held: number;
            /** @description Listed documents that could not be stored. */
            refused: number;
            /** @description Why removals are pending. */
            heldReason?: string;
            /** @description The reasons for the first of them. */
            refusals: string[];
            durationMs?: number;
            error?: components["schemas"]["Failure"];
            /** @description The syncs of the scope in a row that found nothing new, up to this one: they have no entries of their own. */
            unchangedBefore?: {
                count: number;
                since: components["schemas"]["Instant"];
                until: components["schemas"]["Instant"];
            };
        };
        Health: {
            /** @enum {string} */
            status: "ok";
            asOf: components["schemas"]["Instant"] & unknown;
            freshAt?: components["schemas"]["Instant"] & unknown;
            /** @description Active collections. */
            collections: number;
            lastCompleteAt: components["schemas"]["Instant"] & unknown;
            completeAt: components["schemas"]["Instant"] & unknown;
        };
        ProblemUnhealthy: {
            /** @enum {string} */
            type: "/v1/docs#problem-unhealthy";
            /** @enum {string} */
            title: "Not healthy";
            /** @enum {number} */
            status: 503;
            /** @description What is wrong with which value, and what to do about it, in one line. */
            detail: string;
            asOf: components["schemas"]["Instant"] & unknown;
            freshAt?: components["schemas"]["Instant"] & unknown;
            /** @description The collections that are older than their schedule allows, at most a hundred. */
            collections: {
                source: string;
                account: string;
                region: string;
                /** @description What is stale, in one line. */
                reason: string;
                /** @description How many of its scopes are stale. */
                scopes: number;
                lastCompleteAt?: components["schemas"]["Instant"] & unknown;
                completeAt?: components["schemas"]["Instant"] & unknown;
            }[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listSources: {
        parameters: {
            query?: {
                /** @description Only items of this source. */
                source?: "sagemaker.associations" | "cleanrooms.memberships" | "iot.account-associations" | "workspaces.images" | "workspaces.image-associations" | "sagemaker.actions" | "sagemaker.artifacts" | "sagemaker.contexts" | "sagemaker.endpoint-configs" | "sagemaker.endpoints" | "sagemaker.experiments" | "sagemaker.inference-components" | "sagemaker.lineage-groups" | "sagemaker.model-package-groups" | "sagemaker.model-packages" | "sagemaker.models" | "sagemaker.pipelines" | "sagemaker.processing-jobs" | "sagemaker.training-jobs" | "sagemaker.transform-jobs" | "sagemaker.trial-components" | "sagemaker.trials" | "cleanrooms.collaborations" | "cleanrooms.configured-table-associations" | "cleanrooms.configured-tables" | "cleanrooms.members" | "iot.cloud-connectors" | "iot.connector-destinations" | "iot.managed-thing-account-associations" | "iot.managed-things" | "workspaces.applications" | "workspaces.bundle-associations" | "workspaces.bundles" | "workspaces.image-permissions" | "workspaces.workspace-associations" | "workspaces.workspaces";
                /** @description Only this AWS account. */
                account?: string;
                /** @description Only this AWS region. */
                region?: string;
                /** @description `false`: all sources at once, each with `totals` in the place of its collections; /v1/collections lists those. */
                collections?: "true" | "false";
                /** @description Maximum number of scopes. A response may have fewer while there are more. */
                limit?: number;
                /** @description The `nextCursor` of the previous page. Keep all other parameters except `limit` as they were. Every page shows the first page's `asOf`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of sources. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceList"];
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             *
             *     Invalid cursor. Send `nextCursor` unchanged, with the same parameters (`limit` may differ), or start again without it.
             *
             *     Outside the retention period. Ask for a later instant. History is kept for a limited time.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"] | components["schemas"]["ProblemInvalidCursor"] | components["schemas"]["ProblemBeyondRetention"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /** @description The store is not available. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"];
                };
            };
        };
    };
    listCollections: {
        parameters: {
            query?: {
                /** @description Only items of this source. */
                source?: "sagemaker.associations" | "cleanrooms.memberships" | "iot.account-associations" | "workspaces.images" | "workspaces.image-associations" | "sagemaker.actions" | "sagemaker.artifacts" | "sagemaker.contexts" | "sagemaker.endpoint-configs" | "sagemaker.endpoints" | "sagemaker.experiments" | "sagemaker.inference-components" | "sagemaker.lineage-groups" | "sagemaker.model-package-groups" | "sagemaker.model-packages" | "sagemaker.models" | "sagemaker.pipelines" | "sagemaker.processing-jobs" | "sagemaker.training-jobs" | "sagemaker.transform-jobs" | "sagemaker.trial-components" | "sagemaker.trials" | "cleanrooms.collaborations" | "cleanrooms.configured-table-associations" | "cleanrooms.configured-tables" | "cleanrooms.members" | "iot.cloud-connectors" | "iot.connector-destinations" | "iot.managed-thing-account-associations" | "iot.managed-things" | "workspaces.applications" | "workspaces.bundle-associations" | "workspaces.bundles" | "workspaces.image-permissions" | "workspaces.workspace-associations" | "workspaces.workspaces";
                /** @description Only this AWS account. */
                account?: string;
                /** @description Only this AWS region. */
                region?: string;
                /** @description Only collections with which this is the case. */
                condition?: "failed" | "held" | "stale" | "new" | "unavailable" | "ok" | "retired";
                /** @description Maximum number of collections. A response may have fewer while there are more. */
                limit?: number;
                /** @description The `nextCursor` of the previous page. Keep all other parameters except `limit` as they were. Every page shows the first page's `asOf`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of collections. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionList"];
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             *
             *     Invalid cursor. Send `nextCursor` unchanged, with the same parameters (`limit` may differ), or start again without it.
             *
             *     Outside the retention period. Ask for a later instant. History is kept for a limited time.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"] | components["schemas"]["ProblemInvalidCursor"] | components["schemas"]["ProblemBeyondRetention"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /** @description The store is not available. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"];
                };
            };
        };
    };
    listItems: {
        parameters: {
            query?: {
                /** @description Only items of this source. */
                source?: "sagemaker.associations" | "cleanrooms.memberships" | "iot.account-associations" | "workspaces.images" | "workspaces.image-associations" | "sagemaker.actions" | "sagemaker.artifacts" | "sagemaker.contexts" | "sagemaker.endpoint-configs" | "sagemaker.endpoints" | "sagemaker.experiments" | "sagemaker.inference-components" | "sagemaker.lineage-groups" | "sagemaker.model-package-groups" | "sagemaker.model-packages" | "sagemaker.models" | "sagemaker.pipelines" | "sagemaker.processing-jobs" | "sagemaker.training-jobs" | "sagemaker.transform-jobs" | "sagemaker.trial-components" | "sagemaker.trials" | "cleanrooms.collaborations" | "cleanrooms.configured-table-associations" | "cleanrooms.configured-tables" | "cleanrooms.members" | "iot.cloud-connectors" | "iot.connector-destinations" | "iot.managed-thing-account-associations" | "iot.managed-things" | "workspaces.applications" | "workspaces.bundle-associations" | "workspaces.bundles" | "workspaces.image-permissions" | "workspaces.workspace-associations" | "workspaces.workspaces";
                /** @description Only this AWS account. */
                account?: string;
                /** @description Only this AWS region. */
                region?: string;
                /** @description Only this scope; /v1/sources names the scopes. */
                scope?: string;
                /** @description Items that exist (`present`, the default), that have been removed, or both. */
                state?: "present" | "removed" | "all";
                /** @description Only items with these words. Every word must be part of the name, the key, a text of the document, the source, the account or the region, in any case. */
                q?: string;
                /** @description Only items whose document fulfils all conditions. `filter[path]=value`: it has this text, number or boolean at the path. Repeat a path for OR; use several paths for AND. Or `filter=Status:ACTIVE,Name~kiosk`, with `:` for is, `:~` for is in any case, `^` for begins with and `~` for contains, both in any case, and `!` before them for not. Before `,` in a value put a backslash. Separate names with dots. Within a name, put a backslash before `.`, `[`, `]` and `\`. A list stands for each of its elements, `[0]` for the first. */
                filter?: string | {
                    [key: string]: string | string[];
                };
                /** @description The members to return, separated by commas: members of the item, and paths into its document (`document.Status`). `id` is always returned, `name` only when asked for. Separate names with dots. Within a name, put a backslash before `.`, `[`, `]` and `\`. A list stands for each of its elements, `[0]` for the first. */
                fields?: string;
                /** @description `true`: each entry has its `name`, and its `edge` what its ends are called (`fromName`, `toName`) at the instant shown. */
                names?: "true" | "false";
                /** @description Default: the latest time with complete data. A later `at` returns that time; check `asOf`. A date (midnight UTC), a date and time with a time zone, a time ago (`30m`, `24h`, `7d`), `today` or `yesterday`. */
                at?: string;
                /** @description Ascending (`asc`, the default) or descending (`desc`). */
                order?: "asc" | "desc";
                /** @description `key`, `name`, `changedAt`, `firstSeenAt`, `version`, or a path into the document (`document.Status`); items without it come last. Every page of a list sorted by anything but the key reads all of it, at most 100,000 items. */
                sort?: string;
                /** @description `true`: each entry has in `stored` what a mirror needs beside it. The list has `keptSince`. */
                full?: "true" | "false";
                /** @description `true`: `count` in the response says how many items there are on all pages. Counting ends after 100,000 records read: then `countTruncated` says that there may be more. */
                count?: "true" | "false";
                /** @description `csv`: a header and a line for each entry, safe to open in a spreadsheet; the next page is in the Link header. Default: `json`, or what Accept prefers. */
                format?: "json" | "csv";
                /** @description Maximum number of items. A response may have fewer while there are more. */
                limit?: number;
                /** @description The `nextCursor` of the previous page. Keep all other parameters except `limit` as they were. Every page shows the first page's `asOf`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of items. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemList"];
                    "text/csv": string;
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             *
             *     Invalid cursor. Send `nextCursor` unchanged, with the same parameters (`limit` may differ), or start again without it.
             *
             *     Outside the retention period. Ask for a later instant. History is kept for a limited time.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"] | components["schemas"]["ProblemInvalidCursor"] | components["schemas"]["ProblemBeyondRetention"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /** @description The store is not available. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"];
                };
            };
        };
    };
    getItem: {
        parameters: {
            query?: {
                /** @description Default: the latest time with complete data. A later `at` returns that time; check `asOf`. A date (midnight UTC), a date and time with a time zone, a time ago (`30m`, `24h`, `7d`), `today` or `yesterday`. */
                at?: string;
                /** @description `true`: each entry has its `name`, and its `edge` what its ends are called (`fromName`, `toName`) at the instant shown. */
                names?: "true" | "false";
            };
            header?: never;
            path: {
                /** @description The item's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The item. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemAsOf"];
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             *
             *     Not an item's id. Use an `id` or a `shortId` exactly as an item or a change has it.
             *
             *     Outside the retention period. Ask for a later instant. History is kept for a limited time.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"] | components["schemas"]["ProblemInvalidId"] | components["schemas"]["ProblemBeyondRetention"];
                };
            };
            /** @description Unknown item. Look the item up in /v1/items. It was never seen, or not yet at that instant, or its history has expired. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownItem"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /** @description The item was removed. `item` is its tombstone. `lastVersion` leads to its last content. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemRemovedItem"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /** @description The store is not available. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"];
                };
            };
        };
    };
    getItemHistory: {
        parameters: {
            query?: {
                /** @description Default: the latest time with complete data. A later `at` returns that time; check `asOf`. A date (midnight UTC), a date and time with a time zone, a time ago (`30m`, `24h`, `7d`), `today` or `yesterday`. */
                at?: string;
                /** @description `true`: `count` in the response says how many versions there are on all pages. Counting ends after 100,000 records read: then `countTruncated` says that there may be more. */
                count?: "true" | "false";
                /** @description `true`: each entry has its `name`, and its `edge` what its ends are called (`fromName`, `toName`) at the instant shown. */
                names?: "true" | "false";
                /** @description Oldest (`asc`) or newest (`desc`, the default) first. Oldest first reads 2,000 versions at most. */
                order?: "asc" | "desc";
                /** @description `csv`: a header and a line for each entry, safe to open in a spreadsheet; the next page is in the Link header. Default: `json`, or what Accept prefers. */
                format?: "json" | "csv";
                /** @description Maximum number of versions. A response may have fewer while there are more. */
                limit?: number;
                /** @description The `nextCursor` of the previous page. Keep all other parameters except `limit` as they were. Every page shows the first page's `asOf`. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The item's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of versions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                    "text/csv": string;
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             *
             *     Not an item's id. Use an `id` or a `shortId` exactly as an item or a change has it.
             *
             *     Invalid cursor. Send `nextCursor` unchanged, with the same parameters (`limit` may differ), or start again without it.
             *
             *     Outside the retention period. Ask for a later instant. History is kept for a limited time.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"] | components["schemas"]["ProblemInvalidId"] | components["schemas"]["ProblemInvalidCursor"] | components["schemas"]["ProblemBeyondRetention"];
                };
            };
            /** @description Unknown item. Look the item up in /v1/items. It was never seen, or not yet at that instant, or its history has expired. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownItem"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /** @description The store is not available. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"];
                };
            };
        };
    };
    listChanges: {
        parameters: {
            query?: {
                /** @description Only items of this source. */
                source?: "sagemaker.associations" | "cleanrooms.memberships" | "iot.account-associations" | "workspaces.images" | "workspaces.image-associations" | "sagemaker.actions" | "sagemaker.artifacts" | "sagemaker.contexts" | "sagemaker.endpoint-configs" | "sagemaker.endpoints" | "sagemaker.experiments" | "sagemaker.inference-components" | "sagemaker.lineage-groups" | "sagemaker.model-package-groups" | "sagemaker.model-packages" | "sagemaker.models" | "sagemaker.pipelines" | "sagemaker.processing-jobs" | "sagemaker.training-jobs" | "sagemaker.transform-jobs" | "sagemaker.trial-components" | "sagemaker.trials" | "cleanrooms.collaborations" | "cleanrooms.configured-table-associations" | "cleanrooms.configured-tables" | "cleanrooms.members" | "iot.cloud-connectors" | "iot.connector-destinations" | "iot.managed-thing-account-associations" | "iot.managed-things" | "workspaces.applications" | "workspaces.bundle-associations" | "workspaces.bundles" | "workspaces.image-permissions" | "workspaces.workspace-associations" | "workspaces.workspaces";
                /** @description Only this AWS account. */
                account?: string;
                /** @description Only this AWS region. */
                region?: string;
                /** @description Only this scope; /v1/sources names the scopes. */
                scope?: string;
                /** @description Only changes of this kind. */
                kind?: "added" | "modified" | "removed";
                /** @description Only items with these words. Every word must be part of the name, the key, a text of the document, the source, the account or the region, in any case. */
                q?: string;
                /** @description Only items whose document fulfils all conditions. `filter[path]=value`: it has this text, number or boolean at the path. Repeat a path for OR; use several paths for AND. Or `filter=Status:ACTIVE,Name~kiosk`, with `:` for is, `:~` for is in any case, `^` for begins with and `~` for contains, both in any case, and `!` before them for not. Before `,` in a value put a backslash. Separate names with dots. Within a name, put a backslash before `.`, `[`, `]` and `\`. A list stands for each of its elements, `[0]` for the first. */
                filter?: string | {
                    [key: string]: string | string[];
                };
                /** @description `false` leaves out what the first listing of each scope found: everything is new then. Default: `true`. */
                initial?: "true" | "false";
                /** @description Only changes later than this. A date (midnight UTC), a date and time with a time zone, a time ago (`30m`, `24h`, `7d`), `today` or `yesterday`. */
                since?: string;
                /** @description Only changes no later than this. A date (midnight UTC), a date and time with a time zone, a time ago (`30m`, `24h`, `7d`), `today` or `yesterday`. */
                until?: string;
                /** @description `true`: each entry has its `name`, and its `edge` what its ends are called (`fromName`, `toName`) at the instant shown. */
                names?: "true" | "false";
                /** @description `true`: each entry has in `stored` what a mirror needs beside it. What changed only in what is derived from documents is listed, too. The list has `keptSince`. */
                full?: "true" | "false";
                /** @description Oldest (`asc`) or newest (`desc`) first, over all collections, at most 2,000. */
                order?: "asc" | "desc";
                /** @description `true`: `count` in the response says how many changes there are on all pages. Counting ends after 100,000 records read: then `countTruncated` says that there may be more. */
                count?: "true" | "false";
                /** @description `csv`: a header and a line for each entry, safe to open in a spreadsheet; the next page is in the Link header. Default: `json`, or what Accept prefers. */
                format?: "json" | "csv";
                /** @description Maximum number of changes. A response may have fewer while there are more. */
                limit?: number;
                /** @description The `nextCursor` of the previous page. Keep all other parameters except `limit` as they were. Every page shows the first page's `asOf`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of changes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeList"];
                    "text/csv": string;
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             *
             *     Invalid cursor. Send `nextCursor` unchanged, with the same parameters (`limit` may differ), or start again without it.
             *
             *     Outside the retention period. Ask for a later instant. History is kept for a limited time.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"] | components["schemas"]["ProblemInvalidCursor"] | components["schemas"]["ProblemBeyondRetention"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /** @description The store is not available. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"];
                };
            };
        };
    };
    compareInstants: {
        parameters: {
            query: {
                /** @description Only items of this source. */
                source?: "sagemaker.associations" | "cleanrooms.memberships" | "iot.account-associations" | "workspaces.images" | "workspaces.image-associations" | "sagemaker.actions" | "sagemaker.artifacts" | "sagemaker.contexts" | "sagemaker.endpoint-configs" | "sagemaker.endpoints" | "sagemaker.experiments" | "sagemaker.inference-components" | "sagemaker.lineage-groups" | "sagemaker.model-package-groups" | "sagemaker.model-packages" | "sagemaker.models" | "sagemaker.pipelines" | "sagemaker.processing-jobs" | "sagemaker.training-jobs" | "sagemaker.transform-jobs" | "sagemaker.trial-components" | "sagemaker.trials" | "cleanrooms.collaborations" | "cleanrooms.configured-table-associations" | "cleanrooms.configured-tables" | "cleanrooms.members" | "iot.cloud-connectors" | "iot.connector-destinations" | "iot.managed-thing-account-associations" | "iot.managed-things" | "workspaces.applications" | "workspaces.bundle-associations" | "workspaces.bundles" | "workspaces.image-permissions" | "workspaces.workspace-associations" | "workspaces.workspaces";
                /** @description Only this AWS account. */
                account?: string;
                /** @description Only this AWS region. */
                region?: string;
                /** @description The earlier instant. A date (midnight UTC), a date and time with a time zone, a time ago (`30m`, `24h`, `7d`), `today` or `yesterday`. */
                from: string;
                /** @description The later instant. Default: the latest time with complete data. A date (midnight UTC), a date and time with a time zone, a time ago (`30m`, `24h`, `7d`), `today` or `yesterday`. */
                to?: string;
                /** @description `true`: each entry has its `name`, and its `edge` what its ends are called (`fromName`, `toName`) at the instant shown. */
                names?: "true" | "false";
                /** @description `true`: `count` in the response says how many items there are on all pages. Counting ends after 100,000 records read: then `countTruncated` says that there may be more. */
                count?: "true" | "false";
                /** @description `csv`: a header and a line for each entry, safe to open in a spreadsheet; the next page is in the Link header. Default: `json`, or what Accept prefers. */
                format?: "json" | "csv";
                /** @description Maximum number of items. A response may have fewer while there are more. */
                limit?: number;
                /** @description The `nextCursor` of the previous page. Keep all other parameters except `limit` as they were. Every page shows the first page's `asOf`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of differences. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetChangeList"];
                    "text/csv": string;
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             *
             *     Invalid cursor. Send `nextCursor` unchanged, with the same parameters (`limit` may differ), or start again without it.
             *
             *     Outside the retention period. Ask for a later instant. History is kept for a limited time.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"] | components["schemas"]["ProblemInvalidCursor"] | components["schemas"]["ProblemBeyondRetention"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /** @description The store is not available. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"];
                };
            };
        };
    };
    searchItems: {
        parameters: {
            query: {
                /** @description What to search for. Every word must be part of the name, the key, a text of the document, the source, the account or the region, in any case. */
                q: string;
                /** @description Only items of this source. */
                source?: "sagemaker.associations" | "cleanrooms.memberships" | "iot.account-associations" | "workspaces.images" | "workspaces.image-associations" | "sagemaker.actions" | "sagemaker.artifacts" | "sagemaker.contexts" | "sagemaker.endpoint-configs" | "sagemaker.endpoints" | "sagemaker.experiments" | "sagemaker.inference-components" | "sagemaker.lineage-groups" | "sagemaker.model-package-groups" | "sagemaker.model-packages" | "sagemaker.models" | "sagemaker.pipelines" | "sagemaker.processing-jobs" | "sagemaker.training-jobs" | "sagemaker.transform-jobs" | "sagemaker.trial-components" | "sagemaker.trials" | "cleanrooms.collaborations" | "cleanrooms.configured-table-associations" | "cleanrooms.configured-tables" | "cleanrooms.members" | "iot.cloud-connectors" | "iot.connector-destinations" | "iot.managed-thing-account-associations" | "iot.managed-things" | "workspaces.applications" | "workspaces.bundle-associations" | "workspaces.bundles" | "workspaces.image-permissions" | "workspaces.workspace-associations" | "workspaces.workspaces";
                /** @description Only this AWS account. */
                account?: string;
                /** @description Only this AWS region. */
                region?: string;
                /** @description Items that exist (`present`, the default), that have been removed, or both. */
                state?: "present" | "removed" | "all";
                /** @description The members to return beside `id`, `name`, `rank` and `matched`, separated by commas, and paths into the document. Default: all but the document. Separate names with dots. Within a name, put a backslash before `.`, `[`, `]` and `\`. A list stands for each of its elements, `[0]` for the first. */
                fields?: string;
                /** @description `true`: each entry has its `name`, and its `edge` what its ends are called (`fromName`, `toName`) at the instant shown. */
                names?: "true" | "false";
                /** @description Default: the latest time with complete data. A later `at` returns that time; check `asOf`. A date (midnight UTC), a date and time with a time zone, a time ago (`30m`, `24h`, `7d`), `today` or `yesterday`. */
                at?: string;
                /** @description `true`: `count` in the response says how many items there are on all pages. Counting ends after 100,000 records read: then `countTruncated` says that there may be more. */
                count?: "true" | "false";
                /** @description `csv`: a header and a line for each entry, safe to open in a spreadsheet; the next page is in the Link header. Default: `json`, or what Accept prefers. */
                format?: "json" | "csv";
                /** @description Maximum number of items. A response may have fewer while there are more. */
                limit?: number;
                /** @description The `nextCursor` of the previous page. Keep all other parameters except `limit` as they were. Every page shows the first page's `asOf`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of items that match, best first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchResult"];
                    "text/csv": string;
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             *
             *     Invalid cursor. Send `nextCursor` unchanged, with the same parameters (`limit` may differ), or start again without it.
             *
             *     Outside the retention period. Ask for a later instant. History is kept for a limited time.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"] | components["schemas"]["ProblemInvalidCursor"] | components["schemas"]["ProblemBeyondRetention"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /** @description The store is not available. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"];
                };
            };
        };
    };
    walkGraph: {
        parameters: {
            query: {
                /** @description Where to start: an ARN, an id of AWS, a URI or another name that edges use; an item's id; or an item's name. */
                node: string;
                /** @description Along the edges (`out`, the default), against them, or both; or, whichever way an item states them, to what depends on the node (`downstream`) or to what it depends on (`upstream`). */
                direction?: "out" | "in" | "both" | "downstream" | "upstream";
                /** @description Maximum number of edges away from the node. */
                depth?: number;
                /** @description Default: the latest time with complete data. A later `at` returns that time; check `asOf`. A date (midnight UTC), a date and time with a time zone, a time ago (`30m`, `24h`, `7d`), `today` or `yesterday`. */
                at?: string;
                /** @description The members of the items that state the edges, separated by commas: members of the item, and paths into its document (`document.Status`). The item's `id` is the edge's `itemId`. Separate names with dots. Within a name, put a backslash before `.`, `[`, `]` and `\`. A list stands for each of its elements, `[0]` for the first. */
                fields?: string;
                /** @description Maximum number of edges. A response may have fewer while there are more. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The part of the graph within reach. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Graph"];
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             *
             *     Outside the retention period. Ask for a later instant. History is kept for a limited time.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"] | components["schemas"]["ProblemBeyondRetention"];
                };
            };
            /** @description Unknown item. Look the item up in /v1/items. It was never seen, or not yet at that instant, or its history has expired. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownItem"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /** @description The store is not available. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"];
                };
            };
        };
    };
    findPaths: {
        parameters: {
            query: {
                /** @description Where paths begin: an ARN, an id of AWS, a URI or another name that edges use; an item's id; or an item's name. */
                from: string;
                /** @description Where they end: an ARN, an id of AWS, a URI or another name that edges use; an item's id; or an item's name. */
                to: string;
                /** @description Which edges a path takes, as of `/v1/graph`: along them (`out`), by default. */
                direction?: "out" | "in" | "both" | "downstream" | "upstream";
                /** @description Maximum number of edges of a path. */
                depth?: number;
                /** @description Default: the latest time with complete data. A later `at` returns that time; check `asOf`. A date (midnight UTC), a date and time with a time zone, a time ago (`30m`, `24h`, `7d`), `today` or `yesterday`. */
                at?: string;
                /** @description Maximum number of paths. A response may have fewer while there are more. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The shortest paths. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PathList"];
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             *
             *     Outside the retention period. Ask for a later instant. History is kept for a limited time.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"] | components["schemas"]["ProblemBeyondRetention"];
                };
            };
            /** @description Unknown item. Look the item up in /v1/items. It was never seen, or not yet at that instant, or its history has expired. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownItem"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /** @description The store is not available. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"];
                };
            };
        };
    };
    readImpact: {
        parameters: {
            query: {
                /** @description What to start from: an ARN, an id of AWS, a URI or another name that edges use; an item's id; or an item's name. */
                node: string;
                /** @description What depends on the node (`downstream`, the default), or what it depends on. */
                direction?: "downstream" | "upstream";
                /** @description Maximum number of edges away from the node. */
                depth?: number;
                /** @description Default: the latest time with complete data. A later `at` returns that time; check `asOf`. A date (midnight UTC), a date and time with a time zone, a time ago (`30m`, `24h`, `7d`), `today` or `yesterday`. */
                at?: string;
                /** @description Maximum number of nodes of each type. A response may have fewer while there are more. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What depends on the node, by type. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Impact"];
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             *
             *     Outside the retention period. Ask for a later instant. History is kept for a limited time.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"] | components["schemas"]["ProblemBeyondRetention"];
                };
            };
            /** @description Unknown item. Look the item up in /v1/items. It was never seen, or not yet at that instant, or its history has expired. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownItem"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /** @description The store is not available. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"];
                };
            };
        };
    };
    listSyncs: {
        parameters: {
            query?: {
                /** @description Only items of this source. */
                source?: "sagemaker.associations" | "cleanrooms.memberships" | "iot.account-associations" | "workspaces.images" | "workspaces.image-associations" | "sagemaker.actions" | "sagemaker.artifacts" | "sagemaker.contexts" | "sagemaker.endpoint-configs" | "sagemaker.endpoints" | "sagemaker.experiments" | "sagemaker.inference-components" | "sagemaker.lineage-groups" | "sagemaker.model-package-groups" | "sagemaker.model-packages" | "sagemaker.models" | "sagemaker.pipelines" | "sagemaker.processing-jobs" | "sagemaker.training-jobs" | "sagemaker.transform-jobs" | "sagemaker.trial-components" | "sagemaker.trials" | "cleanrooms.collaborations" | "cleanrooms.configured-table-associations" | "cleanrooms.configured-tables" | "cleanrooms.members" | "iot.cloud-connectors" | "iot.connector-destinations" | "iot.managed-thing-account-associations" | "iot.managed-things" | "workspaces.applications" | "workspaces.bundle-associations" | "workspaces.bundles" | "workspaces.image-permissions" | "workspaces.workspace-associations" | "workspaces.workspaces";
                /** @description Only this AWS account. */
                account?: string;
                /** @description Only this AWS region. */
                region?: string;
                /** @description Only syncs with this outcome. */
                outcome?: "complete" | "held" | "failed" | "unavailable";
                /** @description `true`: only syncs that changed something. */
                changed?: "true" | "false";
                /** @description Only syncs that began at this instant or later. A date (midnight UTC), a date and time with a time zone, a time ago (`30m`, `24h`, `7d`), `today` or `yesterday`. */
                since?: string;
                /** @description Oldest (`asc`) or newest (`desc`) first, over all collections. A page reads at most 2,000 of them: newest first that is enough for the first pages of a larger inventory. */
                order?: "asc" | "desc";
                /** @description `true`: `count` in the response says how many syncs there are on all pages. Counting ends after 100,000 records read: then `countTruncated` says that there may be more. */
                count?: "true" | "false";
                /** @description `csv`: a header and a line for each entry, safe to open in a spreadsheet; the next page is in the Link header. Default: `json`, or what Accept prefers. */
                format?: "json" | "csv";
                /** @description Maximum number of syncs. A response may have fewer while there are more. */
                limit?: number;
                /** @description The `nextCursor` of the previous page. Keep all other parameters except `limit` as they were. Every page shows the first page's `asOf`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of syncs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SyncList"];
                    "text/csv": string;
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             *
             *     Invalid cursor. Send `nextCursor` unchanged, with the same parameters (`limit` may differ), or start again without it.
             *
             *     Outside the retention period. Ask for a later instant. History is kept for a limited time.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"] | components["schemas"]["ProblemInvalidCursor"] | components["schemas"]["ProblemBeyondRetention"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /** @description The store is not available. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"];
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Everything is fresh. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /**
             * @description The store is not available. Try again after the seconds in Retry-After.
             *
             *     Not healthy. See /v1/sources and /v1/syncs for why these collections are not synced.
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"] | components["schemas"]["ProblemUnhealthy"];
                };
            };
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /** @description The store is not available. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"];
                };
            };
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description Nothing has changed since the response whose ETag If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Unknown parameter. Leave the parameter out, or correct its name. The detail lists the parameters of the path.
             *
             *     Invalid parameter. Correct the value as the detail says.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemUnknownParameter"] | components["schemas"]["ProblemInvalidParameter"];
                };
            };
            /** @description Method not allowed. The API is read-only: use GET, HEAD or OPTIONS. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemMethodNotAllowed"];
                };
            };
            /**
             * @description Internal error. Report it with the `errorId`. The log has the error under this id.
             *
             *     Stored data is damaged. Run `stocktake verify --repair`, and try again.
             */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemInternal"] | components["schemas"]["ProblemDamaged"];
                };
            };
            /** @description The store is not available. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemStoreUnavailable"];
                };
            };
        };
    };
}
