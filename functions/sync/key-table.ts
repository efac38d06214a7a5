import { randomInt } from "node:crypto";

/** Numbers keys, and keeps them outside the JavaScript heap: a million there cost the garbage collector several times their size. */
export interface KeyTable {
  /** The key's number, the same whenever it comes: 0 for the first key that came, 1 for the next. */
  numberOf(key: string): number;
  /** The key's number if it ever came. */
  find(key: string): number | undefined;
  key(number: number): string;
  /** How many keys came. */
  readonly size: number;
}

const BLOCK_BYTES = 1 << 20;
/** Sort keys of DynamoDB's have at most 1,024 bytes. */
const MOST_KEY_LENGTH = 1_024;
const FREE = -1;

export function startKeyTable(): KeyTable {
  // A key's bytes are in one block, at `starts[number]` from the first block's beginning.
  const blocks: Buffer[] = [];
  let end = 0;
  let starts = new Float64Array(256);
  let lengths = new Uint16Array(256);
  /** The keys' numbers, each at the first free place from its hash's on; never more than half full. */
  let places = new Int32Array(1_024).fill(FREE);
  let size = 0;
  const seed = randomInt(2 ** 32);
  /** The key in hand, and the same as words of four bytes. */
  const written = Buffer.alloc(MOST_KEY_LENGTH * 3 + 4);
  const words = new Int32Array(written.buffer, written.byteOffset, written.length / 4);

  const hashOf = (length: number) => {
    written.fill(0, length, length + 3);
    let hash = seed;
    for (let word = 0; word * 4 < length; word += 1) {
      hash = Math.imul(hash ^ (words[word] as number), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return Math.imul(hash, 0x85ebca6b) >>> 8;
  };
  const bytesOf = (number: number) => {
    const start = starts[number] as number;
    const from = start % BLOCK_BYTES;
    return (blocks[Math.floor(start / BLOCK_BYTES)] as Buffer).subarray(from, from + (lengths[number] as number));
  };
  const is = (number: number, length: number) => {
    if (lengths[number] !== length) return false;
    const start = starts[number] as number;
    const from = start % BLOCK_BYTES;
    const block = blocks[Math.floor(start / BLOCK_BYTES)] as Buffer;
    return written.compare(block, from, from + length, 0, length) === 0;
  };
  /** Where the key that is written stands, or where it would. */
  const placeOf = (length: number) => {
    const mask = places.length - 1;
    let place = hashOf(length) & mask;
    for (let number = places[place] as number; number !== FREE; number = places[place] as number) {
      if (is(number, length)) break;
      place = (place + 1) & mask;
    }
    return place;
  };
  const write = (key: string) => {
    if (key.length > MOST_KEY_LENGTH) throw new RangeError(`a key has ${key.length} characters`);
    return written.write(key);
  };
  const add = (length: number) => {
    if (blocks.length === 0 || end + length > blocks.length * BLOCK_BYTES) {
      end = blocks.length * BLOCK_BYTES;
      blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES));
    }
    if (size === starts.length) {
      starts = copied(starts, new Float64Array(size * 2));
      lengths = copied(lengths, new Uint16Array(size * 2));
    }
    starts[size] = end;
    lengths[size] = length;
    written.copy(blocks.at(-1) as Buffer, end % BLOCK_BYTES, 0, length);
    end += length;
    size += 1;
    return size - 1;
  };
  const makeRoom = () => {
    places = new Int32Array(places.length * 2).fill(FREE);
    for (let number = 0; number < size; number += 1) {
      const length = bytesOf(number).copy(written);
      places[placeOf(length)] = number;
    }
  };

  return {
    get size() {
      return size;
    },
    numberOf(key) {
      const length = write(key);
      const place = placeOf(length);
      const known = places[place] as number;
      if (known !== FREE) return known;
      const number = add(length);
      places[place] = number;
      if (size * 2 >= places.length) makeRoom();
      return number;
    },
    find(key) {
      const number = places[placeOf(write(key))] as number;
      return number === FREE ? undefined : number;
    },
    key: (number) => bytesOf(number).toString(),
  };
}

/** `to` with what is in `from` at its beginning. */
function copied<T extends Float64Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
