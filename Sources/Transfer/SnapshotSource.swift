import Blocks

/// Where a snapshot is copied from: what the copy engine needs to know of it.
package protocol SnapshotSource: Sendable {
    /// Where content with this digest stands in the source.
    func address(of digest: Digest) -> Digest
    /// Whether content stands under its digest.
    var isOpen: Bool { get }
    /// The root that stands under an address.
    func root(_ address: Digest) async throws -> BlockMapRoot
    func page(_ digest: Digest) async throws -> BlockMapPage
    /// Brings a block into the writer's store. False when it stood there already.
    func move(_ block: Digest, to writer: StoreWriter) async throws -> Bool
    /// What frames take on the disk that they are copied to, nothing for those that are not there. `nil` when the source cannot tell.
    func storedBytes(of addresses: [Digest]) async throws -> UInt64?
}

extension SnapshotSource {
    package func storedBytes(of addresses: [Digest]) async throws -> UInt64? { nil }
    package func address(of digest: Digest) -> Digest { digest }
}
