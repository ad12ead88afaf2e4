// RFC 1951. Browsers have a decompressor, but it takes bytes behind the end for an error and drops what it had then; clusters of a qcow2 end in the
// middle of a sector.

// Codes by their lengths, canonically: how many there are of each length, and the symbols in their order.
function codes(lengths) {
  const [counts, offsets, symbols] = [new Uint16Array(16), new Uint16Array(16), new Uint16Array(lengths.length)];
  for (const length of lengths) counts[length] += 1;
  counts[0] = 0;
  for (let length = 1; length < 15; length += 1) offsets[length + 1] = offsets[length] + counts[length];
  lengths.forEach((length, symbol) => { if (length) symbols[offsets[length]++] = symbol; });
  return { counts, symbols };
}

const BASES = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const EXTRAS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const FIXED = [
  codes(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))), codes(new Array(30).fill(5)),
];

// Inflates up to `size` bytes; null where they are malformed or fewer.
export function inflate(input, size) {
  const output = new Uint8Array(size);
  let [at, kept, count, end] = [0, 0, 0, 0];

  function bits(wanted) {
    while (count < wanted) {
      if (at >= input.length) throw new RangeError("cut off");
      kept |= input[at++] << count;
      count += 8;
    }
    const value = kept & ((1 << wanted) - 1);
    kept >>>= wanted;
    count -= wanted;
    return value;
  }

  function symbol({ counts, symbols }) {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length <= 15; length += 1) {
      code |= bits(1);
      const number = counts[length];
      if (code - number < first) return symbols[index + (code - first)];
      index += number;
      first = (first + number) << 1;
      code <<= 1;
    }
    throw new RangeError("no such code");
  }

  function trees() {
    const [literals, distances, lengths] = [bits(5) + 257, bits(5) + 1, bits(4) + 4];
    const own = new Array(19).fill(0);
    for (let i = 0; i < lengths; i += 1) own[ORDER[i]] = bits(3);
    const coded = codes(own);
    const all = [];
    while (all.length < literals + distances) {
      const value = symbol(coded);
      if (value < 16) all.push(value);
      else {
        if (value === 16 && all.length === 0) throw new RangeError("nothing to repeat");
        const repeated = value === 16 ? all.at(-1) : 0;
        const times = value === 16 ? 3 + bits(2) : value === 17 ? 3 + bits(3) : 11 + bits(7);
        for (let i = 0; i < times; i += 1) all.push(repeated);
      }
    }
    return [codes(all.slice(0, literals)), codes(all.slice(literals, literals + distances))];
  }

  try {
    for (let isLast = false; !isLast && end < size;) {
      isLast = bits(1) === 1;
      const kind = bits(2);
      if (kind === 3) return null;
      if (kind === 0) {
        [kept, count] = [0, 0];
        const length = input[at] | (input[at + 1] << 8);
        at += 4;
        if (at + length > input.length || end + length > size) return null;
        output.set(input.subarray(at, at + length), end);
        [at, end] = [at + length, end + length];
        continue;
      }
      const [literals, distances] = kind === 1 ? FIXED : trees();
      while (end < size) {
        const value = symbol(literals);
        if (value < 256) output[end++] = value;
        else if (value === 256) break;
        else {
          const length = BASES[value - 257] + bits(EXTRAS[value - 257]);
          const code = symbol(distances);
          const extra = code < 4 ? 0 : (code >> 1) - 1;
          const distance = (code < 4 ? code : (2 + (code & 1)) << extra) + 1 + bits(extra);
          if (distance > end || end + length > size || !(length > 0)) return null;
          for (let i = 0; i < length; i += 1, end += 1) output[end] = output[end - distance];
        }
      }
    }
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  return end === size ? output : null;
}
