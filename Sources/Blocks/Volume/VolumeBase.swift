import NIOCore
import Synchronization

/// What a volume was made from: a block map in the store, or nothing but zeros. A few of its blocks are kept in memory, since guests read
/// a block in many parts.
final class VolumeBase: Sendable {
    private struct State {
        var blocks: [(index: UInt64, bytes: ByteBuffer)] = []
        var underway: [UInt64: Task<ByteBuffer?, any Error>] = [:]
    }

    let root: BlockMapRoot?
    /// Under which the root stands.
    let address: Digest?
    let domain: SealDomain
    private let store: BlockStore
    private let pages: DomainPages
    private let cachedBlocks: Int
    private let state = Mutex(State())

    convenience init(_ address: Digest?, in store: BlockStore, domain: SealDomain, cachedBlocks: Int) async throws {
        let root: BlockMapRoot? = if let address { try await store.readRoot(address) } else { nil }
        self.init(root, at: address, in: store, domain: domain, cachedBlocks: cachedBlocks)
    }

    init(_ root: BlockMapRoot?, at address: Digest?, in store: BlockStore, domain: SealDomain, cachedBlocks: Int) {
        self.root = root
        self.address = address
        self.store = store
        self.domain = domain
        self.cachedBlocks = cachedBlocks
        pages = DomainPages(store, in: domain)
    }

    /// Which blocks of a range hold data, ascending.
    func dataBlocks(in range: Range<UInt64>) async throws -> Set<UInt64> {
        guard let root, !range.isEmpty else { return [] }
        var found: Set<UInt64> = []
        let perPage = UInt64(BlockSize.blocksPerPage)
        for number in range.lowerBound / perPage...(range.upperBound - 1) / perPage {
            guard let entry = UInt32(exactly: number).flatMap(root.entry) else { continue }
            for (slot, _) in try await pages.readPage(entry.digest).entries where range.contains(number * perPage + UInt64(slot)) {
                found.insert(number * perPage + UInt64(slot))
            }
        }
        return found
    }

    /// The bytes of a block; nil for zeros. Those who ask for the same block at once share one reading.
    func block(_ index: UInt64) async throws -> ByteBuffer? {
        guard let root else { return nil }
        if let bytes = cached(index) { return bytes }
        guard let digest = try await BlockMapReader(root: root, reading: pages).digest(at: index) else { return nil }
        return try await reading(index, digest).value
    }

    @inline(never) private func cached(_ index: UInt64) -> ByteBuffer? {
        state.withLock { state in
            guard let place = state.blocks.firstIndex(where: { $0.index == index }) else { return nil }
            let entry = state.blocks.remove(at: place)
            state.blocks.append(entry)
            return entry.bytes
        }
    }

    @inline(never) private func reading(_ index: UInt64, _ digest: Digest) -> Task<ByteBuffer?, any Error> {
        state.withLock { state in
            if let task = state.underway[index] { return task }
            let task = Task<ByteBuffer?, any Error> {
                do {
                    let bytes = try await store.read(digest, in: domain)
                    keep(index, bytes)
                    return bytes
                } catch {
                    keep(index, nil)
                    throw error
                }
            }
            state.underway[index] = task
            return task
        }
    }

    @inline(never) private func keep(_ index: UInt64, _ bytes: ByteBuffer?) {
        state.withLock { state in
            state.underway[index] = nil
            guard let bytes, cachedBlocks > 0 else { return }
            if state.blocks.count >= cachedBlocks { state.blocks.removeFirst() }
            state.blocks.append((index, bytes))
        }
    }
}
