import Blocks
import Glibc
import Synchronization

/// A disk in memory that fails on command and forgets at a power cut what was not synced.
///
/// Faults that it knows: any error of any call; short reads and writes; writes of which a power cut keeps any subset of sectors, with or
/// without the file's new length; file names lost because the folder was not synced; a failed sync after which memory shows
/// bytes that the disk does not have; flipped bits.
///
/// Not among them: a sync that reports success and kept nothing. No store can survive that.
package final class FaultyDisk: PackStorage {
    package enum Call: Hashable, Sendable { case create, open, remove, list, read, write, sync, syncFolder }

    package enum Fault: Sendable {
        case error(Int32)
        /// At most so many bytes.
        case short(Int)
    }

    /// One call that is about to be made.
    package struct Event: Sendable {
        package let call: Call
        package let name: String
        /// How many calls of this kind there were, this one included.
        package let ordinal: Int
        package let offset: UInt64
        package let count: Int
    }

    fileprivate struct File {
        /// What reads see.
        var cached: [UInt8] = []
        /// What a power cut leaves.
        var durable: [UInt8] = []
        /// Written since the last successful sync, and still to be written by the disk.
        var dirty: [(offset: Int, bytes: [UInt8])] = []
        var isNameDurable = false
    }

    fileprivate struct State {
        var files: [String: File] = [:]
        var counts: [Call: Int] = [:]
        var plan: (@Sendable (Event) -> Fault?)?
    }

    private static let sector = 4096
    package let path = "/faulty"
    fileprivate let state = Mutex(State())

    package init() {}

    /// Asked before each call, on the thread that makes it; may block it.
    package func setFaults(_ plan: (@Sendable (Event) -> Fault?)?) { state.withLock { $0.plan = plan } }

    package func count(of call: Call) -> Int { state.withLock { $0.counts[call] ?? 0 } }

    // MARK: calamities

    /// Keeps what was synced, and of the rest whatever the generator picks.
    package func powerCut(using generator: inout SeededGenerator) {
        state.withLock { state in
            for name in state.files.keys.sorted() {
                guard var file = state.files[name] else { continue }
                if !file.isNameDurable, generator.oneIn(2) {
                    state.files[name] = nil
                    continue
                }
                let keepsAll = generator.oneIn(4)
                for write in file.dirty { Self.settle(write, in: &file.durable, keepsAll: keepsAll, using: &generator) }
                file.dirty = []
                file.cached = file.durable
                file.isNameDurable = true
                state.files[name] = file
            }
            state.plan = nil
        }
    }

    private static func settle(
        _ write: (offset: Int, bytes: [UInt8]),
        in durable: inout [UInt8],
        keepsAll: Bool,
        using generator: inout SeededGenerator
    ) {
        var start = 0
        while start < write.bytes.count {
            let end = min(start + sector - (write.offset + start) % sector, write.bytes.count)
            if keepsAll || generator.oneIn(2) {
                apply(write.bytes[start..<end], at: write.offset + start, to: &durable)
            } else if generator.oneIn(2) {
                // The length reached the disk and the data did not.
                extend(&durable, to: write.offset + end)
            }
            start = end
        }
    }

    fileprivate static func extend(_ bytes: inout [UInt8], to length: Int) {
        if bytes.count < length { bytes.append(contentsOf: repeatElement(0, count: length - bytes.count)) }
    }

    fileprivate static func apply(_ new: ArraySlice<UInt8>, at offset: Int, to bytes: inout [UInt8]) {
        extend(&bytes, to: offset + new.count)
        bytes.replaceSubrange(offset..<offset + new.count, with: new)
    }

    /// Changes a byte on the disk by `mask`; twice the same is none.
    package func flip(_ name: String, at offset: Int, mask: UInt8 = 1) {
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

    package func delete(_ name: String) { state.withLock { $0.files[name] = nil } }

    /// What reads see of a file.
    package func contents(_ name: String) -> [UInt8] { state.withLock { $0.files[name]?.cached ?? [] } }

    package var names: [String] { state.withLock { $0.files.keys.sorted() } }

    // MARK: PackStorage

    package func prepare() throws(IOFailure) {}

    package func list() throws(IOFailure) -> [String] {
        _ = try fault(.list, "", 0, 0)
        return names
    }

    package func create(_ name: String) throws(IOFailure) -> any PackFileHandle {
        _ = try fault(.create, name, 0, 0)
        let exists = state.withLock { state in
            if state.files[name] != nil { return true }
            state.files[name] = File()
            return false
        }
        if exists { throw IOFailure(call: "open", path: name, errno: EEXIST) }
        return Handle(disk: self, name: name)
    }

    package func open(_ name: String) throws(IOFailure) -> any PackFileHandle {
        _ = try fault(.open, name, 0, 0)
        guard state.withLock({ $0.files[name] != nil }) else { throw IOFailure(call: "open", path: name, errno: ENOENT) }
        return Handle(disk: self, name: name)
    }

    package func remove(_ name: String) throws(IOFailure) {
        _ = try fault(.remove, name, 0, 0)
        delete(name)
    }

    package func syncFolder() throws(IOFailure) {
        _ = try fault(.syncFolder, "", 0, 0)
        state.withLock { state in for name in state.files.keys { state.files[name]?.isNameDurable = true } }
    }

    /// The most bytes that the call may handle. Throws when it is to fail.
    fileprivate func fault(_ call: Call, _ name: String, _ offset: UInt64, _ count: Int) throws(IOFailure) -> Int {
        let (plan, ordinal) = state.withLock { state in
            state.counts[call, default: 0] += 1
            return (state.plan, state.counts[call] ?? 0)
        }
        switch plan?(Event(call: call, name: name, ordinal: ordinal, offset: offset, count: count)) {
        case .error(let errno): throw IOFailure(call: "\(call)", path: name, errno: errno)
        case .short(let limit): return min(limit, count)
        case nil: return count
        }
    }

    private final class Handle: PackFileHandle {
        private let disk: FaultyDisk
        private let name: String

        init(disk: FaultyDisk, name: String) {
            self.disk = disk
            self.name = name
        }

        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(IOFailure) -> Int {
            let limit = try disk.fault(.read, name, offset, buffer.count)
            let bytes = disk.state.withLock { state -> ArraySlice<UInt8> in
                guard let file = state.files[name], Int(offset) < file.cached.count else { return [] }
                return file.cached[Int(offset)..<min(Int(offset) + limit, file.cached.count)]
            }
            buffer.copyBytes(from: bytes)
            return bytes.count
        }

        func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(IOFailure) -> Int {
            let limit = try disk.fault(.write, name, offset, bytes.count)
            let new = Array(bytes.prefix(limit))
            disk.state.withLock { state in
                guard var file = state.files.removeValue(forKey: name) else { return }
                FaultyDisk.apply(new[...], at: Int(offset), to: &file.cached)
                file.dirty.append((Int(offset), new))
                state.files[name] = file
            }
            return new.count
        }

        func sync() throws(IOFailure) {
            let failure: IOFailure?
            do throws(IOFailure) {
                _ = try disk.fault(.sync, name, 0, 0)
                failure = nil
            } catch {
                failure = error
            }
            disk.state.withLock { state in
                guard var file = state.files.removeValue(forKey: name) else { return }
                if failure == nil {
                    for write in file.dirty { FaultyDisk.apply(write.bytes[...], at: write.offset, to: &file.durable) }
                }
                // A failed sync marks the pages clean: nobody will ever write them, though reads still show them.
                file.dirty = []
                state.files[name] = file
            }
            if let failure { throw failure }
        }

        func size() throws(IOFailure) -> UInt64 {
            UInt64(disk.state.withLock { $0.files[name]?.cached.count ?? 0 })
        }

        func dropCache() {
            disk.state.withLock { state in
                guard var file = state.files.removeValue(forKey: name) else { return }
                let length = file.cached.count
                file.cached = file.durable
                for write in file.dirty { FaultyDisk.apply(write.bytes[...], at: write.offset, to: &file.cached) }
                FaultyDisk.extend(&file.cached, to: length)
                state.files[name] = file
            }
        }
    }
}
