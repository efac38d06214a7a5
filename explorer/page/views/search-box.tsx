import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useLoaded } from "../ui/loading.tsx";
import { go, href } from "../ui/route.ts";
import { savedViews } from "../ui/saved-views.tsx";
import { applyTheme, storeTheme, THEMES, themeOf } from "../ui/theme.ts";
import { type Found, findInInventory } from "./find.ts";
import { questions } from "./questions.ts";

const PAUSE_MS = 150;
/** A field with suggestions of its own, not the browser's. */
const COMBOBOX = { role: "combobox", list: undefined, "aria-expanded": "true", "aria-controls": "found" } as const;

/** Something to choose in the box. */
interface Entry extends Pick<Found, "kind" | "name"> {
  readonly detail?: string;
  run(): void;
}

/** One box, opened with `/` or Ctrl-K from everywhere, that finds views, items and nodes, and acts. */
export function SearchBox({ views }: { views: Readonly<Record<string, { readonly title: string }>> }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const show = () => {
    setOpen(true);
    if (!dialog.current?.open) dialog.current?.showModal();
  };
  const close = () => dialog.current?.close();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isCommand = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
      if (!isCommand && (event.key !== "/" || isTyping(event.target))) return;
      event.preventDefault();
      show();
    };
    addEventListener("keydown", onKeyDown);
    addEventListener("hashchange", close);
    return () => {
      removeEventListener("keydown", onKeyDown);
      removeEventListener("hashchange", close);
    };
  }, []);
  const pressBeside = (event: MouseEvent) => event.target === dialog.current && close();
  return (
    <>
      <button type="button" class="search-open" onClick={show}>
        Search <kbd>/</kbd>
      </button>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself */}
      <dialog ref={dialog} class="search" aria-label="Search" onClose={() => setOpen(false)} onClick={pressBeside}>
        {isOpen && <Search views={views} onDone={close} />}
      </dialog>
    </>
  );
}

/** Whether keys are text where they are pressed. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

interface SearchProps {
  readonly views: Readonly<Record<string, { readonly title: string }>>;
  readonly onDone: () => void;
}

function Search({ views, onDone }: SearchProps) {
  const [text, setText] = useState("");
  const [index, setIndex] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  // Before the next key is pressed, which is text already.
  useLayoutEffect(() => field.current?.focus(), []);
  const wanted = text.trim();
  const { data, busy, error } = useLoaded(
    async (signal) => {
      if (wanted.length < 2) return [];
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      return signal.aborted ? [] : findInInventory(wanted, signal);
    },
    [wanted],
  );
  const known = [...addressed(wanted), ...knownEntries(views).filter(({ name }) => hasWords(name, wanted))];
  const entries = [...known, ...(wanted.length < 2 ? [] : (data ?? [])).map(entryOf)];
  const at = Math.min(index, entries.length - 1);
  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    onDone();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: entries.length - 1 }[event.key];
    if (step !== undefined && entries.length > 0) setIndex((at + step) % entries.length);
    else if (event.key === "Enter") choose(entries[at]);
    else return;
    event.preventDefault();
  };
  const said = busy && wanted.length >= 2 ? "Searching …" : entries.length === 0 ? "Nothing found." : "";
  return (
    <>
      <input
        ref={field}
        type="search"
        {...{ ...COMBOBOX, "aria-activedescendant": entries.length > 0 ? `found-${at}` : undefined }}
        aria-label="Search"
        placeholder="A name, an ARN, a view, or what to do"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setIndex(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="found" role="listbox" aria-label="Found">
        {entries.map((entry, each) => (
          <FoundRow
            key={`${entry.kind} ${entry.name} ${entry.detail}`}
            id={`found-${each}`}
            entry={entry}
            isChosen={each === at}
            onChoose={() => choose(entry)}
          />
        ))}
      </div>
      <p class="quiet" role="status">
        {error ? error.message : said}
      </p>
    </>
  );
}

interface FoundRowProps {
  readonly id: string;
  readonly entry: Entry;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function FoundRow({ id, entry: { kind, name, detail }, isChosen, onChoose }: FoundRowProps) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView({ block: "nearest" });
  }, [isChosen]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the box has the keys, and the focus
    <div ref={row} id={id} role="option" aria-selected={isChosen} class="found" onClick={onChoose}>
      <span class="chip">{kind}</span>
      <span class="found-name">{name}</span>
      {detail && <code>{detail}</code>}
    </div>
  );
}

function entryOf({ link, ...found }: Found): Entry {
  return { ...found, run: () => go(link) };
}

/** What the text itself is the address of. */
function addressed(text: string): Entry[] {
  if (text.startsWith("arn:"))
    return [entryOf({ kind: "Lineage", name: text, detail: "", link: href("lineage", { node: text }) })];
  if (/^[\w-]{40,}$/.test(text))
    return [entryOf({ kind: "Item", name: text, detail: "", link: href("items", {}, text) })];
  return [];
}

const hasWords = (name: string, text: string): boolean =>
  text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => name.toLowerCase().includes(word));

/** Views, those that were saved, the questions that they answer, and what can be done. */
function knownEntries(views: SearchProps["views"]): Entry[] {
  const leading = (kind: string, name: string, link: string): Entry => ({ kind, name, run: () => go(link) });
  return [
    ...Object.entries(views).map(([view, { title }]) => leading("View", title, href(view))),
    ...savedViews().map(({ name, link }) => leading("Saved view", name, link)),
    ...questions().map(([question, link]) => leading("Question", question, link)),
    { kind: "Action", name: "Copy the link to this view", run: () => navigator.clipboard?.writeText(location.href) },
    { kind: "Action", name: "Print this view", run: () => print() },
    ...Object.entries(THEMES).map(([theme, name]) => ({
      ...{ kind: "Action", name: `Colours: ${name}` },
      run() {
        applyTheme(themeOf(theme));
        storeTheme(themeOf(theme));
      },
    })),
  ];
}
