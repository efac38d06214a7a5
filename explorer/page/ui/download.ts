/** Hands the user a file. */
export function download(name: string, type: string, parts: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([...parts], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** An instant as it can stand in a file's name. */
export const fileTime = (instant: string): string => instant.slice(0, 19).replaceAll(/[-:]/g, "");
