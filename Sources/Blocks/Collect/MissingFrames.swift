import Glibc
import Synchronization

/// What the marking of a round did not find: frames that live maps list and that the index does not have.
///
/// Mostly there are none. When there are, their bytes may stand where nothing can be read now, or where nobody has looked since they were
/// put back, so packs are read before they go.
final class MissingFrames: Sendable {
    /// 8 MiB. Of a store that has lost more than that, nothing is given back.
    private static let most = 1 << 18
    private static let itemsPerStep = 64

    private struct State {
        var addresses: Set<Digest> = []
        var isFull = false
        var isUnsure = false
    }

    private let state = Mutex(State())

    /// At least so many are missing.
    var count: Int { known.addresses.count }

    // Not inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.
    @inline(never) private var known: State { state.withLock { $0 } }

    @inline(never) func add(_ addresses: Set<Digest>) {
        if addresses.isEmpty { return }
        state.withLock { state in
            state.addresses.formUnion(addresses)
            state.isFull = state.isFull || state.addresses.count > Self.most
        }
    }

    /// A key is not at hand: what the maps under it list is not known.
    @inline(never) func cannotTell() { state.withLock { $0.isUnsure = true } }

    /// The first place in a closed pack where something may stand that is missing.
    func place(in pack: PackID, of store: BlockStore) async throws -> KeptPack? {
        let known = known
        if known.addresses.isEmpty, !known.isUnsure { return nil }
        if known.isFull { return KeptPack(pack: pack, bytes: 0..<0, cause: "more frames are missing than can be looked for") }
        let (opened, unopened) = try await store.pool.run { try Self.open(pack, in: store) }
        guard var scanner = opened else { return unopened }
        while true {
            let (current, addresses) = (scanner, known.addresses)
            let (next, place, isDone) = try await store.pool.run { try Self.step(current, addresses) }
            if place != nil || isDone { return place }
            scanner = next
        }
    }

    // MARK: on a thread of the pool

    /// Neither when there is no file.
    private static func open(_ pack: PackID, in store: BlockStore) throws -> (PackScanner?, KeptPack?) {
        do {
            let end = try store.packs.storage.open(pack.fileName).size()
            do {
                return (PackScanner(file: try store.packs.file(pack), from: PackHeader.firstFrame, end: end), nil)
            } catch let damage as FrameDamage {
                return (nil, KeptPack(pack: pack, bytes: 0..<end, cause: "\(damage)"))
            }
        } catch let failure as IOFailure {
            if failure.errno == ENOENT { return (nil, nil) }
            throw StoreError(failure)
        }
    }

    private static func step(_ scanner: PackScanner, _ missing: Set<Digest>) throws -> (PackScanner, KeptPack?, isDone: Bool) {
        var scanner = scanner
        do {
            for _ in 0..<itemsPerStep {
                guard let item = try scanner.next() else { return (scanner, nil, true) }
                if let place = place(item, in: scanner.file.id, missing) { return (scanner, place, true) }
            }
        } catch {
            throw StoreError(error)
        }
        return (scanner, nil, false)
    }

    private static func place(_ item: PackScanner.Item, in pack: PackID, _ missing: Set<Digest>) -> KeptPack? {
        switch item {
        case .frame(let frame, _), .locked(let frame):
            guard missing.contains(frame.address) else { return nil }
            let bytes = frame.location.offset..<frame.location.offset + frame.location.frameLength
            return KeptPack(pack: pack, bytes: bytes, cause: "the frame \(frame.address), which the index does not have, stands here")
        case .damaged(_, let bytes, let damage): return KeptPack(pack: pack, bytes: bytes, cause: "\(damage)")
        case .skipped(let bytes, let damage, let isGap): return isGap ? nil : KeptPack(pack: pack, bytes: bytes, cause: "\(damage)")
        }
    }
}
