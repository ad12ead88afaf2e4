import Blocks
import Glibc
import Synchronization

/// A disk in memory that fails on command and forgets at a power cut what was not synced.
///
/// Faults that it knows: any error of any call; short and slow calls; a disk that is full, for good or for a while; writes of which a power
/// cut keeps any subset of sectors, with or without the file's new length; file names lost, and removed files back, because the
/// folder was not synced; a failed sync after which memory shows bytes that the disk does not have; bits that flip at rest.
///
/// Not among them: a sync that reports success and kept nothing. No store can survive that.
package final class FaultyDisk: PackStorage {
    package enum Call: Hashable, Sendable { case create, open, remove, list, read, write, sync, syncFolder, punch }

    package enum Fault: Sendable {
        case error(Int32)
        /// At most so many bytes.
        case short(Int)
        /// Begins when so many other calls have begun, or when nobody else makes any.
        case slow(others: Int)
    }

    /// One call that is about to be made.
    package struct Event: Sendable {
        package let call: Call
        package let name: String
        /// How many calls of this kind there were, this one included.
        package let ordinal: Int
        package let offset: UInt64
        package let count: Int

        package init(call: Call, name: String, ordinal: Int, offset: UInt64, count: Int) {
            self.call = call
            self.name = name
            self.ordinal = ordinal
            self.offset = offset
            self.count = count
        }
    }

    struct File {
        /// What reads see.
        var cached: [UInt8] = []
        /// What a power cut leaves.
        var durable: [UInt8] = []
        /// Written since the last successful sync, and still to be written by the disk.
        var dirty: [(offset: Int, bytes: [UInt8])] = []
        var isNameDurable = false
        /// The sectors that take no space.
        var holes: Set<Int> = []

        var allocatedBytes: Int { cached.count - holes.count * FaultyDisk.sector }
    }

    struct State {
        var files: [String: File] = [:]
        /// Removed from a folder that has not been synced since.
        var removed: [String: File] = [:]
        /// Removed, and still seen by who had them open.
        var unlinked: [String: File] = [:]
        var counts: [Call: Int] = [:]
        var calls = 0
        var plan: (@Sendable (Event) -> Fault?)?
        var capacity: Int?
        var hasHoles = true
        /// Counts power cuts and kills: what was opened before the last one belongs to a process that is dead.
        var life = 0

        var usedBytes: Int { files.values.reduce(0) { $0 + $1.allocatedBytes } }

        /// What an open file holds.
        func opened(_ name: String) -> File? { files[name] ?? unlinked[name] }

        /// Whatever was open belongs to the dead.
        mutating func endLife() {
            life += 1
            unlinked = [:]
        }
    }

    static let sector = 4096

    package let path = "/faulty"
    package let tally: FaultTally
    let state = Mutex(State())

    package init(tally: FaultTally = FaultTally()) { self.tally = tally }

    /// Another disk with the same files, and no faults.
    package func cloned() -> FaultyDisk {
        let clone = FaultyDisk()
        let files = state.withLock { $0.files }
        clone.state.withLock { $0.files = files }
        return clone
    }

    /// Asked before each call, on the thread that makes it; may block it.
    package func setFaults(_ plan: (@Sendable (Event) -> Fault?)?) { state.withLock { $0.plan = plan } }

    /// From now on the files together take no more than so many bytes; `nil` is no limit.
    package func setCapacity(_ bytes: Int?) { state.withLock { $0.capacity = bytes } }

    /// Whether files may have holes, as on most file systems.
    package func setHoles(_ hasHoles: Bool) { state.withLock { $0.hasHoles = hasHoles } }

    /// Bytes of all files together, without holes.
    package var usedBytes: Int { state.withLock { $0.usedBytes } }

    package func count(of call: Call) -> Int { state.withLock { $0.counts[call] ?? 0 } }

    /// What reads see of a file.
    package func contents(_ name: String) -> [UInt8] { state.withLock { $0.files[name]?.cached ?? [] } }

    package var names: [String] { state.withLock { $0.files.keys.sorted() } }

    // MARK: PackStorage

    package func prepare() throws(IOFailure) {}

    package func freeBytes() throws(IOFailure) -> UInt64 {
        state.withLock { state in state.capacity.map { UInt64(max(0, $0 - state.usedBytes)) } ?? .max }
    }

    package func allocatedBytes(_ name: String) throws(IOFailure) -> UInt64 {
        guard let bytes = state.withLock({ $0.files[name]?.allocatedBytes }) else {
            throw IOFailure(call: "stat", path: name, errno: ENOENT)
        }
        return UInt64(bytes)
    }

    package func punch(_ ranges: [Range<UInt64>], in name: String) throws(IOFailure) -> Bool {
        guard state.withLock({ $0.hasHoles }) else { return false }
        for range in ranges {
            _ = try fault(.punch, name, range.lowerBound, range.count)
            state.withLock { $0.punch(Int(range.lowerBound)..<Int(range.upperBound), in: name) }
        }
        let handle = try open(name)
        try handle.sync()
        return true
    }

    package func list() throws(IOFailure) -> [String] {
        _ = try fault(.list, "", 0, 0)
        return names
    }

    package func create(_ name: String) throws(IOFailure) -> any PackFileHandle {
        _ = try fault(.create, name, 0, 0)
        let life: Int? = state.withLock { state in
            if state.files[name] != nil { return nil }
            state.files[name] = File()
            return state.life
        }
        guard let life else { throw IOFailure(call: "open", path: name, errno: EEXIST) }
        return Handle(disk: self, name: name, life: life)
    }

    package func open(_ name: String) throws(IOFailure) -> any PackFileHandle {
        _ = try fault(.open, name, 0, 0)
        let life = state.withLock { $0.files[name] == nil ? nil : $0.life }
        guard let life else { throw IOFailure(call: "open", path: name, errno: ENOENT) }
        return Handle(disk: self, name: name, life: life)
    }

    package func openToMend(_ name: String) throws(IOFailure) -> any PackFileHandle { try open(name) }

    package func remove(_ name: String) throws(IOFailure) {
        _ = try fault(.remove, name, 0, 0)
        state.withLock { state in
            guard let file = state.files.removeValue(forKey: name) else { return }
            state.unlinked[name] = file
            if file.isNameDurable { state.removed[name] = file }
        }
    }

    package func syncFolder() throws(IOFailure) {
        _ = try fault(.syncFolder, "", 0, 0)
        state.withLock { state in
            state.removed = [:]
            for name in state.files.keys { state.files[name]?.isNameDurable = true }
        }
    }

    /// The most bytes that the call may handle. Throws when it is to fail.
    fileprivate func fault(_ call: Call, _ name: String, _ offset: UInt64, _ count: Int) throws(IOFailure) -> Int {
        let (plan, ordinal, begun) = state.withLock { state in
            state.counts[call, default: 0] += 1
            state.calls += 1
            return (state.plan, state.counts[call] ?? 0, state.calls)
        }
        switch plan?(Event(call: call, name: name, ordinal: ordinal, offset: offset, count: count)) {
        case .error(let errno):
            tally.add(Self.kind(of: call, errno))
            throw IOFailure(call: "\(call)", path: name, errno: errno)
        case .short(let limit):
            if limit < count { tally.add(.shortCall) }
            return min(limit, count)
        case .slow(let others):
            tally.add(.slowCall)
            // Turns and not time: on a machine that does nothing else there is nothing to wait for.
            for _ in 0..<500 where state.withLock({ $0.calls < begun + others }) { sched_yield() }
            return count
        case nil: return count
        }
    }

    private static func kind(of call: Call, _ errno: Int32) -> InjectedFault {
        switch (call, errno) {
        case (_, EINTR): .interruption
        case (_, ENOSPC), (_, EDQUOT): .fullDisk
        case (.read, _), (.open, _), (.list, _): .failedRead
        case (.sync, _), (.syncFolder, _): .failedSync
        default: .failedWrite
        }
    }
}

extension FaultyDisk.State {
    /// What a write puts down, which on a disk that is nearly full is less than was asked for.
    mutating func write(_ bytes: [UInt8], at offset: Int, to name: String) -> Int {
        let free = capacity.map { max(0, $0 - usedBytes) }
        // Of a file that was unlinked meanwhile nobody will know.
        guard var file = files.removeValue(forKey: name) else { return bytes.count }
        let room = free.map { max(0, file.cached.count + $0 - offset) } ?? bytes.count
        let new = Array(bytes.prefix(room))
        if !new.isEmpty {
            FaultyDisk.apply(new[...], at: offset, to: &file.cached)
            file.dirty.append((offset, new))
        }
        files[name] = file
        return new.count
    }

    /// Zeros that are to reach the disk like any write, in sectors that take no space.
    mutating func punch(_ range: Range<Int>, in name: String) {
        guard var file = files.removeValue(forKey: name) else { return }
        let zeros = [UInt8](repeating: 0, count: min(range.upperBound, file.cached.count) - min(range.lowerBound, file.cached.count))
        if !zeros.isEmpty {
            FaultyDisk.apply(zeros[...], at: range.lowerBound, to: &file.cached)
            file.dirty.append((range.lowerBound, zeros))
            let first = (range.lowerBound + FaultyDisk.sector - 1) / FaultyDisk.sector
            let end = (range.lowerBound + zeros.count) / FaultyDisk.sector
            if first < end { file.holes.formUnion(first..<end) }
        }
        files[name] = file
    }

    mutating func sync(_ name: String, fails: Bool) {
        guard var file = files.removeValue(forKey: name) else { return }
        if !fails {
            for write in file.dirty { FaultyDisk.apply(write.bytes[...], at: write.offset, to: &file.durable) }
        }
        // A failed sync marks the pages clean: nobody will ever write them, though reads still show them.
        file.dirty = []
        files[name] = file
    }

    mutating func dropCache(_ name: String) {
        guard var file = files.removeValue(forKey: name) else { return }
        let length = file.cached.count
        file.cached = file.durable
        for write in file.dirty { FaultyDisk.apply(write.bytes[...], at: write.offset, to: &file.cached) }
        FaultyDisk.extend(&file.cached, to: length)
        files[name] = file
    }
}

/// An open file of the disk.
private final class Handle: PackFileHandle {
    private let disk: FaultyDisk
    private let name: String
    private let life: Int

    init(disk: FaultyDisk, name: String, life: Int) {
        self.disk = disk
        self.name = name
        self.life = life
    }

    private var death: IOFailure { IOFailure(call: "any call of a dead process", path: name, errno: EIO) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(IOFailure) -> Int {
        let limit = try disk.fault(.read, name, offset, buffer.count)
        let (name, life) = (name, life)
        let bytes: ArraySlice<UInt8>? = disk.state.withLock { state in
            guard state.life == life else { return nil }
            guard let file = state.opened(name), Int(offset) < file.cached.count else { return [] }
            return file.cached[Int(offset)..<min(Int(offset) + limit, file.cached.count)]
        }
        guard let bytes else { throw death }
        buffer.copyBytes(from: bytes)
        return bytes.count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(IOFailure) -> Int {
        let limit = try disk.fault(.write, name, offset, bytes.count)
        let wanted = Array(bytes.prefix(limit))
        let (name, life) = (name, life)
        let written: Int? = disk.state.withLock { state in
            state.life == life ? state.write(wanted, at: Int(offset), to: name) : nil
        }
        guard let written else { throw death }
        if written == 0, !wanted.isEmpty {
            disk.tally.add(.fullDisk)
            throw IOFailure(call: "write", path: name, errno: ENOSPC)
        }
        return written
    }

    func sync() throws(IOFailure) {
        var failure: IOFailure?
        do throws(IOFailure) {
            _ = try disk.fault(.sync, name, 0, 0)
        } catch {
            if error.errno == EINTR { throw error }
            failure = error
        }
        let (name, life, fails) = (name, life, failure != nil)
        let isAlive = disk.state.withLock { state in
            guard state.life == life else { return false }
            state.sync(name, fails: fails)
            return true
        }
        if let failure { throw failure }
        guard isAlive else { throw death }
    }

    func size() throws(IOFailure) -> UInt64 {
        let (name, life) = (name, life)
        let size: Int? = disk.state.withLock { $0.life == life ? $0.opened(name)?.cached.count ?? 0 : nil }
        guard let size else { throw death }
        return UInt64(size)
    }

    func punch(_ range: Range<UInt64>) throws(IOFailure) -> Bool {
        guard disk.state.withLock({ $0.hasHoles }) else { return false }
        _ = try disk.fault(.punch, name, range.lowerBound, range.count)
        let (name, life) = (name, life)
        let isAlive = disk.state.withLock { state in
            guard state.life == life else { return false }
            state.punch(Int(range.lowerBound)..<Int(range.upperBound), in: name)
            return true
        }
        guard isAlive else { throw death }
        return true
    }

    func dropCache() {
        let (name, life) = (name, life)
        disk.state.withLock { if $0.life == life { $0.dropCache(name) } }
    }
}
