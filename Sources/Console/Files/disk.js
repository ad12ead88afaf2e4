// Reads disks that a browser has as files, block by block: raw ones, and qcow2 as in QEMU's docs/interop/qcow2.txt, versions 2 and 3, with deflated
// clusters. What would have to come from another file, or has to be decrypted, is refused.
import { inflate } from "./inflate.js";

export const BLOCK = 524288;
const REWRITE = "Write it anew with qemu-img convert -O qcow2, or use ferry push.";

export class DiskError extends Error {
  constructor(message) {
    super(message);
    this.code = "DiskNotRead";
  }
}

async function bytesOf(file, from, count) {
  const bytes = new Uint8Array(await file.slice(from, from + count).arrayBuffer());
  if (bytes.length === count) return bytes;
  const whole = new Uint8Array(count);
  whole.set(bytes);
  return whole;
}

class RawDisk {
  constructor(file) {
    [this.file, this.bytes] = [file, file.size];
  }

  // A block is whole: what the file ends before is zeros.
  block(index) { return bytesOf(this.file, index * BLOCK, BLOCK); }
}

// Of a big-endian number of 64 bits that must be one that JavaScript can hold.
function number(view, at, what) {
  const value = view.getBigUint64(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new DiskError(`The qcow2's ${what} is too large: it is damaged.`);
  return Number(value);
}

class QCOW2Disk {
  static tablesMax = 32;

  static async open(file) {
    const disk = new QCOW2Disk();
    const head = new DataView((await bytesOf(file, 0, 112)).buffer);
    const version = head.getUint32(4);
    if (version !== 2 && version !== 3) throw new DiskError(`The qcow2 has version ${version}. ${REWRITE}`);
    const features = version === 3 ? head.getBigUint64(72) : 0n;
    const compression = version === 3 && head.getUint32(100) > 104 ? head.getUint8(104) : 0;
    if (head.getBigUint64(8) !== 0n) throw new DiskError(`The qcow2 lies over a backing file, which the browser does not have. ${REWRITE}`);
    if (head.getUint32(32) !== 0) throw new DiskError("The qcow2 is encrypted: decrypt it with qemu-img convert first.");
    if (features & 2n) throw new DiskError("The qcow2 is marked as corrupt: repair it with qemu-img check -r all.");
    if (features & 4n) throw new DiskError(`The qcow2 keeps its bytes in another file. ${REWRITE}`);
    if (features & 16n) throw new DiskError(`The qcow2 has extended L2 entries. ${REWRITE}`);
    if (features & ~31n) throw new DiskError(`The qcow2 has features that are not known here. ${REWRITE}`);
    if (compression !== 0) throw new DiskError(`The qcow2 is compressed with zstd, which browsers cannot read. ${REWRITE}`);
    disk.file = file;
    disk.bits = head.getUint32(20);
    if (disk.bits < 9 || disk.bits > 21) throw new DiskError(`The qcow2 has clusters of 2^${disk.bits} bytes: it is damaged.`);
    disk.cluster = 2 ** disk.bits;
    disk.bytes = number(head, 24, "size");
    const [entries, place] = [head.getUint32(36), number(head, 40, "table")];
    const needed = Math.ceil(disk.bytes / (disk.cluster * (disk.cluster / 8)));
    if (entries * 8 > 2 ** 25 || entries < needed) throw new DiskError("The qcow2's table does not fit its disk: it is damaged.");
    if (place + needed * 8 > file.size) throw new DiskError("The qcow2 is cut off.");
    disk.l1 = new DataView((await bytesOf(file, place, needed * 8)).buffer);
    disk.tables = new Map();
    return disk;
  }

  // An L2 table; those that were needed last are kept.
  async table(index) {
    let table = this.tables.get(index);
    if (!table) {
      const place = Number(this.l1.getBigUint64(index * 8) & 0x00fffffffffffe00n);
      if (place === 0) return null;
      if (place + this.cluster > this.file.size) throw new DiskError("The qcow2 is cut off, or damaged.");
      table = new DataView((await bytesOf(this.file, place, this.cluster)).buffer);
    }
    this.tables.delete(index);
    this.tables.set(index, table);
    if (this.tables.size > QCOW2Disk.tablesMax) this.tables.delete(this.tables.keys().next().value);
    return table;
  }

  async block(index) {
    const block = new Uint8Array(BLOCK);
    const end = Math.min((index + 1) * BLOCK, this.bytes);
    for (let at = index * BLOCK; at < end;) {
      const within = at % this.cluster;
      const count = Math.min(this.cluster - within, end - at);
      await this.read(Math.floor(at / this.cluster), within, block.subarray(at - index * BLOCK, at - index * BLOCK + count));
      at += count;
    }
    return block;
  }

  async read(cluster, within, into) {
    const entries = this.cluster / 8;
    const table = await this.table(Math.floor(cluster / entries));
    if (!table) return;
    const entry = table.getBigUint64((cluster % entries) * 8);
    if (entry & (1n << 62n)) return this.readDeflated(entry, within, into);
    const place = Number(entry & 0x00fffffffffffe00n);
    // Bit 0: reads as zeros, whatever stands there.
    if (place === 0 || entry & 1n) return;
    if (place + within >= this.file.size) throw new DiskError("The qcow2 is cut off, or damaged.");
    into.set(await bytesOf(this.file, place + within, into.length));
  }

  // A cluster larger than a block is asked for by several in turn.
  async readDeflated(entry, within, into) {
    if (this.last?.entry !== entry) {
      const width = BigInt(62 - (this.bits - 8));
      const place = Number(entry & ((1n << width) - 1n));
      const sectors = Number((entry & ((1n << 62n) - 1n)) >> width) + 1;
      const count = sectors * 512 - (place % 512);
      if (place >= this.file.size) throw new DiskError("The qcow2 is cut off, or damaged.");
      const bytes = inflate(await bytesOf(this.file, place, count), this.cluster);
      if (!bytes) throw new DiskError("A compressed cluster of the qcow2 cannot be read: it is damaged.");
      this.last = { entry, bytes };
      into.set(bytes.subarray(within, within + into.length));
      return;
    }
    into.set(this.last.bytes.subarray(within, within + into.length));
  }
}

const FOREIGN = [
  ["KDMV", 0, "VMDK"], ["conectix", 0, "VHD"], ["vhdxfile", 0, "VHDX"], ["# Disk Descriptor", 0, "VMDK"], ["\x1f\x8b", 0, "gzip"],
  ["\xfd7zXZ", 0, "xz"], ["\x28\xb5\x2f\xfd", 0, "zstd"], ["BZh", 0, "bzip2"], ["PK\x03\x04", 0, "zip"], ["ustar", 257, "tar"],
];

export async function openDisk(file) {
  if (file.size === 0) throw new DiskError("The file is empty.");
  const head = String.fromCharCode(...await bytesOf(file, 0, 512));
  const disk = head.startsWith("QFI\xfb") ? await QCOW2Disk.open(file) : new RawDisk(file);
  const foreign = FOREIGN.find(([sign, at]) => head.startsWith(sign, at));
  if (foreign) throw new DiskError(`This is a file of the kind ${foreign[2]}, and no raw disk or qcow2. ferry push reads most kinds.`);
  if (disk.bytes === 0) throw new DiskError("The disk is empty.");
  return disk;
}
