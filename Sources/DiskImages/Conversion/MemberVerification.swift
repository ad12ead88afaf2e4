/// Reads a disk of an OVA once, and compares it with what the manifest says.
struct MemberVerification: Sendable {
    private static let pieceBytes = 1 << 20

    private let range: ImageRange
    private let digest: MemberDigest
    private let name: String

    /// Nil when there is nothing to compare with.
    init?(_ disk: DiskImage, in range: ImageRange) {
        guard let digest = disk.digest, let name = disk.member else { return nil }
        self.range = range
        self.digest = digest
        self.name = name
    }

    /// Blocks for as long as reading the disk takes.
    func check(_ cancellation: BlockingCalls.Cancellation) throws(DiskImageError) {
        var hash = MemberHash(digest.algorithm)
        var place: Int64 = 0
        while place < range.length {
            if cancellation.isRequested { return }
            let bytes = try range.read(Self.pieceBytes, at: place)
            guard !bytes.isEmpty else { throw DiskImageError(.content, "The OVA became shorter while it was read.") }
            hash.update(bytes)
            place += Int64(bytes.count)
        }
        guard hash.hexadecimal == digest.hexadecimal else {
            throw DiskImageError(
                .content,
                "The disk \(DiskImageError.quoted(name)) in the OVA does not hash to what its manifest says: the OVA is damaged."
            )
        }
    }
}
