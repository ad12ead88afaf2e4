import Blocks

/// A source whose blocks come over a link, at its pace. Roots and pages are small, and a copy can do nothing without them: they pass.
package struct PacedSource<Source: SnapshotSource>: SnapshotSource {
    private let source: Source
    private let flow: LinkFlow

    package init(_ source: Source, over flow: LinkFlow) {
        self.source = source
        self.flow = flow
    }

    package func address(of digest: Digest) -> Digest { source.address(of: digest) }
    package var isOpen: Bool { source.isOpen }
    package func root(_ digest: Digest) async throws -> BlockMapRoot { try await source.root(digest) }
    package func page(_ digest: Digest) async throws -> BlockMapPage { try await source.page(digest) }

    package func move(_ block: Digest, to writer: StoreWriter) async throws -> Bool {
        try await flow.paced(BlockSize.bytes) { try await source.move(block, to: writer) }
    }

    package func storedBytes(of addresses: [Digest]) async throws -> UInt64? { try await source.storedBytes(of: addresses) }
}
