import Synchronization

/// What the index suspects, as a store asks for it: most of the time nothing, and then asking costs nothing.
final class SuspectFrames: Sendable {
    private let index: any FrameIndex
    private let hasAny: Atomic<Bool>

    init(in index: any FrameIndex) throws {
        self.index = index
        hasAny = Atomic(try !index.suspects(among: nil).isEmpty)
    }

    /// Those of the addresses that are to be stored anew though they are in the index.
    func among(_ addresses: [Digest]) throws -> Set<Digest> {
        guard hasAny.load(ordering: .acquiring) else { return [] }
        return try index.suspects(among: addresses)
    }

    /// A frame could not be opened. Best effort: who asked for it is told of the damage in any case.
    func add(_ address: Digest) {
        // Read first, because a frame that is asked for again and again must not cost a transaction each time.
        guard let known = try? among([address]), known.isEmpty, (try? index.suspect([address])) != nil else { return }
        hasAny.store(true, ordering: .releasing)
    }
}
