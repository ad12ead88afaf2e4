import Bundles

/// Where a bundle is written to. Its manifest comes last and goes first, so that a manifest's parts are there.
protocol BundleStorage: Sendable {
    /// The manifest, as a user names it.
    var manifest: String { get }

    func removeManifest() async throws
    /// Takes the bytes of the parts, in order.
    func write(_ piece: BundlePiece) async throws
    func writeManifest(_ document: [UInt8]) async throws
}
