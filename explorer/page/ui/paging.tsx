import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { OnChange } from "./controls.tsx";
import { type Loaded, useLoaded } from "./loading.tsx";
import { type Params, paramsWith } from "./params.ts";
import { go, href } from "./route.ts";

/** Which page of a list is shown, by the API's cursors. */
export interface ListPage {
  readonly nextCursor?: string | undefined;
}

interface PagerProps {
  readonly list: ListPage;
  /** What stands beside the buttons. */
  readonly children?: ComponentChildren;
}

/** How a view of a list changes its parameters, which begins again at the first page, and goes through its pages. */
export function usePaging(view: string, params: URLSearchParams, onTurn?: () => void) {
  /** The cursors of the pages before this one, as far as they were seen. */
  const [passed, setPassed] = useState<readonly string[]>([]);
  const goTo = (changes: Params, before: readonly string[]) => {
    setPassed(before);
    go(href(view, paramsWith(params, changes)));
  };
  const change: OnChange = (changes) => goTo({ ...changes, cursor: "" }, []);
  const turn = (changes: Params, before: readonly string[] = []) => {
    goTo(changes, before);
    onTurn?.();
  };

  const pager = ({ list, children }: PagerProps) => {
    const { nextCursor } = list;
    const cursor = params.get("cursor") ?? "";
    return (
      <Pager
        onFirst={cursor ? () => turn({ cursor: "" }) : undefined}
        onBefore={passed.length > 0 ? () => turn({ cursor: passed.at(-1) }, passed.slice(0, -1)) : undefined}
        onNext={nextCursor ? () => turn({ cursor: nextCursor }, [...passed, cursor]) : undefined}
      >
        {children}
      </Pager>
    );
  };
  return { change, pager };
}

/** A list that begins with one page, and has one more each time that somebody asks for it. */
export interface Growing<Page> extends Loaded<readonly Page[]> {
  /** Absent at the end. */
  readonly more?: (() => void) | undefined;
}

/** Loads a list's first pages. */
export function useGrowing<Page extends ListPage>(
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Page>,
  inputs: readonly unknown[],
): Growing<Page> {
  const [wanted, setWanted] = useState(1);
  const loaded = useLoaded(
    async (signal) => {
      const pages: Page[] = [];
      do pages.push(await load(pages.at(-1)?.nextCursor, signal));
      while (pages.length < wanted && pages.at(-1)?.nextCursor);
      return pages;
    },
    [...inputs, wanted],
  );
  const isMore = loaded.data?.at(-1)?.nextCursor !== undefined;
  return { ...loaded, ...(isMore && { more: () => setWanted((last) => last + 1) }) };
}

interface PagerButtonsProps {
  /** Where there is no such page, undefined. */
  readonly onFirst: (() => void) | undefined;
  readonly onBefore: (() => void) | undefined;
  readonly onNext: (() => void) | undefined;
  readonly children?: ComponentChildren;
}

/** Earlier and later pages. */
function Pager({ onFirst, onBefore, onNext, children }: PagerButtonsProps) {
  const button = (name: string, go: (() => void) | undefined) => (
    <button type="button" disabled={!go} onClick={go}>
      {name}
    </button>
  );
  return (
    <nav class="pager" aria-label="Pages">
      {button("First", onFirst)} {button("Previous", onBefore)} {button("Next", onNext)}
      <span class="quiet">{children}</span>
    </nav>
  );
}
