import { useState } from "preact/hooks";
import { Menu } from "./menu.tsx";

const SAID_MS = 1_500;

/** Copies a text, and says so. */
function useCopy(): readonly [copied: string | undefined, copy: (text: string) => void] {
  const [copied, setCopied] = useState<string | undefined>(undefined);
  const copy = (text: string) => {
    // Where the page may not write to the clipboard, the text can be copied from a prompt.
    const written = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    written.then(
      () => {
        setCopied(text);
        setTimeout(() => setCopied(undefined), SAID_MS);
      },
      () => prompt("Copy", text),
    );
  };
  return [copied, copy];
}

/** A button that copies an ARN, an id, or what else stands beside it. */
export function CopyButton({ text, what = "ID" }: { text: string; what?: string }) {
  const [copied, copy] = useCopy();
  return (
    <button
      type="button"
      class="copy"
      aria-label={`Copy ${what} ${text}`}
      title={`Copy ${what}`}
      onClick={() => copy(text)}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {copied ? <path d="M3 8.5 6.5 12 13 4.5" /> : <path d="M6 5.5h7v8H6zM10 5.5v-3H3v8h3" />}
      </svg>
    </button>
  );
}

/** A name, and the id or ARN that it stands for, one below the other. */
export function IdLine({ text, what }: { text: string; what?: string }) {
  return (
    <span class="id-line">
      <code title={text}>{text}</code>
      <CopyButton text={text} {...(what && { what })} />
    </span>
  );
}

/** A menu of texts to copy, by what they are called; those that are undefined are left out. */
export function CopyMenu({ texts }: { texts: Readonly<Record<string, string | undefined>> }) {
  const [copied, copy] = useCopy();
  return (
    <Menu label="Copy" side="right">
      <ul class="entries">
        {Object.entries(texts).map(
          ([name, text]) =>
            text && (
              <li key={name}>
                <button type="button" class="entry" onClick={() => copy(text)}>
                  <b>{copied === text ? "Copied" : name}</b>
                  <code>{text}</code>
                </button>
              </li>
            ),
        )}
      </ul>
    </Menu>
  );
}
