import Blocks
import Synchronization

/// Pages in memory, which counts how often they are read.
final class PageMemory: BlockMapSource {
    private struct State {
        var pages: [Digest: BlockMapPage] = [:]
        var reads = 0
    }

    struct Missing: Error {}

    private let state = Mutex(State())

    func put(_ page: BlockMapPage) { state.withLock { $0.pages[page.digest] = page } }

    func readPage(_ digest: Digest) async throws -> BlockMapPage {
        let page = state.withLock { state in
            state.reads += 1
            return state.pages[digest]
        }
        guard let page else { throw Missing() }
        return page
    }

    func takeReads() -> Int {
        state.withLock { state in
            defer { state.reads = 0 }
            return state.reads
        }
    }
}
