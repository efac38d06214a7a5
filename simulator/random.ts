/** A stream of random values that is the same for the same seed, on every machine. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of the choices, all equally likely. There must be at least one. */
  pick<T>(choices: readonly T[]): T;
  /** `length` characters drawn from the alphabet. */
  text(alphabet: string, length: number): string;
  /** `length` lower-case hexadecimal digits. */
  hex(length: number): string;
  /** A version 4 UUID. */
  uuid(): string;
}

export const ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyz0123456789";

/** The random stream that belongs to `seed`. */
export function seededRandom(seed: string | number): Random {
  const bits = generator(String(seed));
  const next = () => bits() / 0x1_0000_0000;
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  const text = (alphabet: string, length: number) => {
    let result = "";
    for (let i = 0; i < length; i++) result += alphabet.charAt(integer(0, alphabet.length - 1));
    return result;
  };
  const hex = (length: number) => {
    let result = "";
    while (result.length < length) result += bits().toString(16).padStart(8, "0");
    return result.slice(0, length);
  };
  const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-${text("89ab", 1)}${hex(3)}-${hex(12)}`;
  return { next, integer, chance: (probability) => next() < probability, pick, text, hex, uuid };

  function pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new RangeError("Nothing to pick from");
    return choices[integer(0, choices.length - 1)] as T;
  }
}

/** The sfc32 generator: unsigned 32-bit numbers, seeded from the FNV-1a hashes of the text. */
function generator(seed: string): () => number {
  let a = hash(seed, 0x811c9dc5);
  let b = hash(seed, 0x01234567);
  let c = hash(seed, 0x89abcdef);
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

function hash(text: string, start: number): number {
  let value = start;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
