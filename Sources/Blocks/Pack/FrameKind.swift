/// What a frame holds. The numbers are part of the pack format and of the index.
package enum FrameKind: UInt8, Sendable, CaseIterable {
    case block = 1
    case page = 2
    case root = 3

    /// The most plain bytes that a frame of this kind may hold: a bound on what a reader allocates.
    var maximumPlainBytes: Int {
        switch self {
        case .block: BlockSize.bytes
        case .page: BlockMapPage.maximumEncodedBytes
        case .root: BlockMapRoot.maximumEncodedBytes
        }
    }
}
