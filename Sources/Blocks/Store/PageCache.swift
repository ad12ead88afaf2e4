import Synchronization

/// The pages of block maps that were read last. A page never changes, so nothing is ever invalidated.
final class PageCache: Sendable {
    private struct State {
        var pages: [Digest: (page: BlockMapPage, lastUse: UInt64)] = [:]
        var clock: UInt64 = 0
    }

    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    subscript(digest: Digest) -> BlockMapPage? {
        state.withLock { state in
            guard let page = state.pages[digest]?.page else { return nil }
            state.clock += 1
            state.pages[digest] = (page, state.clock)
            return page
        }
    }

    func insert(_ page: BlockMapPage, _ digest: Digest) {
        guard capacity > 0 else { return }
        state.withLock { state in
            if state.pages.count >= capacity, let oldest = state.pages.min(by: { $0.value.lastUse < $1.value.lastUse })?.key {
                state.pages[oldest] = nil
            }
            state.clock += 1
            state.pages[digest] = (page, state.clock)
        }
    }
}
