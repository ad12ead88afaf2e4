import Blocks
import Foundation
import Synchronization

/// What happens to a disk without anybody calling it.
extension FaultyDisk {
    /// The process that has files open dies. What it has written stays.
    package func kill() {
        tally.add(.kill)
        state.withLock { state in
            state.endLife()
            state.plan = nil
        }
    }

    /// Keeps what was synced, and of the rest whatever the generator picks. Whoever has files open is dead.
    package func powerCut(using generator: inout SeededGenerator) {
        tally.add(.powerCut)
        state.withLock { state in
            state.endLife()
            for name in state.removed.keys.sorted() where generator.oneIn(2) {
                tally.add(.returnedFile)
                state.files[name] = state.removed[name]
            }
            state.removed = [:]
            for name in state.files.keys.sorted() {
                guard var file = state.files[name] else { continue }
                if !file.isNameDurable, generator.oneIn(2) {
                    tally.add(.lostName)
                    state.files[name] = nil
                    continue
                }
                let keepsAll = generator.oneIn(4)
                for write in file.dirty { settle(write, in: &file.durable, keepsAll: keepsAll, using: &generator) }
                file.dirty = []
                file.cached = file.durable
                file.isNameDurable = true
                state.files[name] = file
            }
            state.plan = nil
        }
    }

    private func settle(
        _ write: (offset: Int, bytes: [UInt8]),
        in durable: inout [UInt8],
        keepsAll: Bool,
        using generator: inout SeededGenerator
    ) {
        var (start, kept, lost) = (0, 0, 0)
        while start < write.bytes.count {
            let end = min(start + Self.sector - (write.offset + start) % Self.sector, write.bytes.count)
            if keepsAll || generator.oneIn(2) {
                Self.apply(write.bytes[start..<end], at: write.offset + start, to: &durable)
                kept += 1
            } else {
                lost += 1
                // The length may reach the disk though the data does not.
                if generator.oneIn(2) { Self.extend(&durable, to: write.offset + end) }
            }
            start = end
        }
        tally.add(.lostWrite, lost)
        if kept > 0, lost > 0 { tally.add(.tornWrite) }
    }

    static func extend(_ bytes: inout [UInt8], to length: Int) {
        let missing = length - bytes.count
        guard missing > 0 else { return }
        // Byte by byte, this was most of what a run under the thread sanitizer took.
        bytes.append(
            contentsOf: [UInt8](unsafeUninitializedCapacity: missing) { zeros, count in
                if let start = zeros.baseAddress { memset(start, 0, missing) }
                count = missing
            }
        )
    }

    static func apply(_ new: ArraySlice<UInt8>, at offset: Int, to bytes: inout [UInt8]) {
        extend(&bytes, to: offset + new.count)
        new.withUnsafeBytes { new in
            bytes.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[offset...]).copyMemory(from: new) }
        }
    }

    /// Changes a byte on the disk by `mask`; twice the same is none.
    package func flip(_ name: String, at offset: Int, mask: UInt8 = 1) {
        tally.add(.bitFlip)
        change(name) { file in
            file.cached[offset] ^= mask
            if offset < file.durable.count { file.durable[offset] ^= mask }
            for write in file.dirty.indices {
                let place = offset - file.dirty[write].offset
                if file.dirty[write].bytes.indices.contains(place) { file.dirty[write].bytes[place] ^= mask }
            }
        }
    }

    /// Cuts a file off, on the disk too.
    package func truncate(_ name: String, to length: Int) {
        change(name) { file in
            file.cached.removeSubrange(length...)
            if length < file.durable.count { file.durable.removeSubrange(length...) }
            file.dirty = file.dirty.filter { $0.offset < length }.map { ($0.offset, Array($0.bytes.prefix(length - $0.offset))) }
        }
    }

    private func change(_ name: String, _ body: (inout File) -> Void) {
        state.withLock { state in
            guard var file = state.files.removeValue(forKey: name) else { return }
            body(&file)
            state.files[name] = file
        }
    }

    /// A file is gone, and for good.
    package func delete(_ name: String) { state.withLock { $0.files[name] = nil } }
}
