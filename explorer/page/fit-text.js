const context = document.createElement("canvas").getContext("2d");
const cut = new Map();

/** A text cut in its middle until it is no wider than `width`, in the page's own font: `600 12px` */
export function fitText(text, width, style) {
  const key = `${style}/${text}`;
  let fitted = cut.get(key);
  if (fitted === undefined) {
    context.font = `${style} ${getComputedStyle(document.body).fontFamily}`;
    fitted = cutTo(text, width);
    if (cut.size > 20_000) cut.clear();
    cut.set(key, fitted);
  }
  return fitted;
}

function cutTo(text, width) {
  if (context.measureText(text).width <= width) return text;
  let [fits, tooLong] = [1, Math.min(text.length, 200)];
  while (tooLong - fits > 1) {
    const length = (fits + tooLong) >> 1;
    if (context.measureText(shortened(text, length)).width <= width) fits = length;
    else tooLong = length;
  }
  return shortened(text, fits);
}

/** Beginning and end of a name tell more than its middle. */
function shortened(text, length) {
  const end = Math.floor(length * 0.45);
  return `${text.slice(0, length - end)}…${text.slice(text.length - end)}`;
}
