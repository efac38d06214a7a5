const context = document.createElement("canvas").getContext("2d");
/** Asked once: the browser would work out the page's styles again for each text. */
let family: string | undefined;
const fitted = new Map<string, string>();
const MAX_KEPT = 20_000;

/** A text cut in its middle until it is no wider than `width`, in the page's own font: `600 12px` */
export function fitText(text: string, width: number, style: string): string {
  const key = `${style}/${width}/${text}`;
  let fit = fitted.get(key);
  if (fit === undefined) {
    family ??= getComputedStyle(document.body).fontFamily;
    if (context) context.font = `${style} ${family}`;
    fit = cutTo(text, width);
    if (fitted.size > MAX_KEPT) fitted.clear();
    fitted.set(key, fit);
  }
  return fit;
}

const widthOf = (text: string): number => context?.measureText(text).width ?? 0;

function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let [fits, tooLong] = [1, Math.min(text.length, 200)];
  while (tooLong - fits > 1) {
    const length = (fits + tooLong) >> 1;
    if (widthOf(shortened(text, length)) <= width) fits = length;
    else tooLong = length;
  }
  return shortened(text, fits);
}

/** Beginning and end of a name tell more than its middle. */
function shortened(text: string, length: number): string {
  const end = Math.floor(length * 0.45);
  return `${text.slice(0, length - end)}…${text.slice(text.length - end)}`;
}
