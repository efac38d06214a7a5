/** Hands the user a file. */
export function download(name, type, parts) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** An instant as it can stand in a file's name. */
export const fileTime = (instant) => instant.slice(0, 19).replaceAll(/[-:]/g, "");
