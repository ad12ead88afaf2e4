/// The pages of a listing as one sequence; it holds one page at a time.
package struct BlockListing<Element: Sendable>: AsyncSequence, Sendable {
    /// Fetches the page behind a token; nil asks for the first.
    let fetch: @Sendable (_ token: String?) async throws -> BlockPage<Element>

    package struct AsyncIterator: AsyncIteratorProtocol {
        let fetch: @Sendable (_ token: String?) async throws -> BlockPage<Element>
        private var page: [Element] = []
        private var position = 0
        private var token: String?
        private var isLast = false

        init(fetch: @escaping @Sendable (_ token: String?) async throws -> BlockPage<Element>) {
            self.fetch = fetch
        }

        package mutating func next() async throws -> Element? {
            while position == page.count {
                guard !isLast else { return nil }
                let answer = try await fetch(token)
                page = answer.blocks
                position = 0
                token = answer.nextToken
                isLast = token == nil
            }
            defer { position += 1 }
            return page[position]
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(fetch: fetch) }
}

extension AWSClient {
    /// All blocks of a completed snapshot by ascending index.
    package func blocks(of snapshotID: String, region: String) -> BlockListing<ListedBlock> {
        BlockListing { try await self.listSnapshotBlocks(snapshotID, pageToken: $0, region: region) }
    }

    /// All blocks in which `second` differs from `first`, by ascending index.
    package func changedBlocks(from first: String, to second: String, region: String) -> BlockListing<ChangedBlock> {
        BlockListing { try await self.listChangedBlocks(from: first, to: second, pageToken: $0, region: region) }
    }
}
