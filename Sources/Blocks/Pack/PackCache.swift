import Glibc
import Synchronization

/// Open packs, the ones used last: a bound on file descriptors, and a header is read and a key derived once.
final class PackCache: Sendable {
    fileprivate struct State {
        var open: [PackID: (file: PackFile, lastUse: UInt64)] = [:]
        var clock: UInt64 = 0
        /// Calls that are opening a file, and the packs that were deleted since there were none: those are not kept open.
        var openings = 0
        var deleted: Set<PackID> = []
    }

    let storage: any PackStorage
    let domains: SealDomains
    private let state = Mutex(State())
    private let capacity: Int

    init(storage: any PackStorage, capacity: Int, domains: SealDomains) {
        self.storage = storage
        self.domains = domains
        self.capacity = max(1, capacity)
    }

    /// The open pack. Throws `FrameDamage`: a pack that is missing or has no whole header damages all its frames.
    /// Other failures to open it (no descriptors left, no permission) are `IOFailure`: the frames may be whole.
    func file(_ id: PackID) throws -> PackFile {
        if let file = state.withLock({ $0.use(id) }) { return file }
        state.withLock { $0.openings += 1 }
        defer { state.withLock { $0.endOpening() } }
        let file: PackFile
        do {
            file = try PackFile.open(id, in: storage, domains: domains)
        } catch let error as IOFailure where error.errno == ENOENT {
            throw FrameDamage.missingPack
        }
        // Two readers may have opened it at once: both keep the first.
        return insert(file)
    }

    @discardableResult
    func insert(_ file: PackFile) -> PackFile {
        state.withLock { state in
            if let other = state.use(file.id) { return other }
            // A file that is open keeps its space.
            if state.deleted.contains(file.id) { return file }
            if state.open.count >= capacity, let oldest = state.open.min(by: { $0.value.lastUse < $1.value.lastUse })?.key {
                state.open[oldest] = nil
            }
            state.clock += 1
            state.open[file.id] = (file, state.clock)
            return file
        }
    }

    /// The addresses of what a page or root lists.
    func children(of frame: IndexedFrame) throws -> [Digest] {
        let payload = try file(frame.location.pack).open(frame)
        guard let domain = domains[frame.location.domain] else { throw FrameDamage.locked(frame.location.domain) }
        return domain.addresses(of: try payload.children(of: frame.address))
    }

    /// Lets go of a pack that was deleted.
    func forget(_ id: PackID) {
        state.withLock { state in
            state.open[id] = nil
            if state.openings > 0 { state.deleted.insert(id) }
        }
    }
}

extension PackCache.State {
    fileprivate mutating func use(_ id: PackID) -> PackFile? {
        guard let entry = open[id] else { return nil }
        clock += 1
        open[id] = (entry.file, clock)
        return entry.file
    }

    fileprivate mutating func endOpening() {
        openings -= 1
        if openings == 0 { deleted = [] }
    }
}
