import Dispatch

/// Reads a disk of an OVA once, and compares it with what the manifest says.
struct MemberVerification: Sendable {
    private static let pieceBytes: Int64 = 4 << 20

    private let range: ImageRange
    private let digest: MemberDigest
    private let name: String

    /// Nil when there is nothing to compare with.
    init?(_ disk: DiskImage) throws(DiskImageError) {
        guard let digest = disk.digest, let name = disk.member else { return nil }
        range = ImageRange(try ImageFile(opening: disk.path), offset: disk.offset, length: disk.length)
        self.digest = digest
        self.name = name
    }

    func run() async throws {
        var hash = MemberHash(digest.algorithm)
        var place: Int64 = 0
        while place < range.length {
            try Task.checkCancellation()
            let at = place
            let bytes = try await BlockingCalls.run { [range] in try range.read(Int(Self.pieceBytes), at: at) }
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

/// Threads for calls that wait for a disk or for another process.
enum BlockingCalls {
    private static let queue = DispatchQueue(label: "ferry.disk-images", attributes: .concurrent)

    static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { done in queue.async { done.resume(with: Result(catching: body)) } }
    }
}
