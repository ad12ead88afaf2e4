import Bundles
import Client
import NIOCore

/// A bundle in a bucket, uploaded as it is made: while a part is on its way the next one grows, and no more of it is held.
actor BundleObjects: BundleStorage {
    private let client: AWSClient
    private let region: String
    private let folder: ObjectFolder
    /// Lets EC2 read the bundle, as its own tools did; nil in a bucket without ACLs, where its owner registers it all the same.
    private let acl: String?
    nonisolated let place: ObjectPlace
    /// The part that is being made.
    private var part = ByteBuffer()
    /// The part before it.
    private var upload: Task<Void, any Error>?
    /// The parts that may be in the bucket.
    private var begun: [String] = []

    init(_ session: Session, folder: ObjectFolder, prefix: String, takesACLs: Bool) {
        client = session.client
        region = session.region
        self.folder = folder
        acl = takesACLs ? "aws-exec-read" : nil
        place = folder.object(BundleName.manifest(prefix))
    }

    nonisolated var manifest: String { place.description }

    func removeManifest() async throws {
        if let failure = try await client.deleteObjects([place.key], in: place.bucket, region: region).first {
            throw Refusal("\(place) cannot be deleted: \(failure.cause)")
        }
    }

    func write(_ piece: BundlePiece) async throws {
        switch piece {
        case .bytes(let bytes, _):
            part.reserveCapacity(BundleLimits.partBytes)
            part.writeImmutableBuffer(bytes)
        case .end(let made):
            try await settle()
            let (bytes, place) = (part, folder.object(made.name))
            part = ByteBuffer()
            begun.append(place.key)
            upload = Task { try await put(bytes, at: place, type: "application/octet-stream") }
        }
    }

    func writeManifest(_ document: [UInt8]) async throws {
        try await settle()
        try await put(ByteBuffer(bytes: document), at: place, type: "application/xml")
    }

    private nonisolated func put(_ bytes: ByteBuffer, at place: ObjectPlace, type: String) async throws {
        try await doing("uploading \(place) to \(region)") {
            try await client.putObject(bytes, at: place, type: type, acl: acl, region: region)
        }
    }

    /// Takes an unfinished bundle away again, the manifest first: it may have arrived and only the answer was lost.
    func abandon() async {
        upload?.cancel()
        _ = await upload?.result
        guard !begun.isEmpty else { return }
        do {
            let left = try await client.deleteObjects([place.key] + begun, in: place.bucket, region: region)
            guard left.isEmpty else { return complain(left.map(\.key), cause: left[0].cause) }
            Terminal.remark("The \(begun.count) parts of the unfinished bundle were deleted from s3://\(place.bucket).")
        } catch {
            complain(begun, cause: "\(error)")
        }
    }

    private func complain(_ keys: [String], cause: String) {
        Terminal.complain(
            "deleting the unfinished bundle from s3://\(place.bucket) in \(region): \(TerminalText.clean(cause))\n"
                + "  These may be there still, and take space: \(keys.map { TerminalText.clean($0) }.joined(separator: ", "))"
        )
    }

    /// Waits until the part before is in the bucket.
    private func settle() async throws {
        guard let upload else { return }
        try await withTaskCancellationHandler {
            try await upload.value
        } onCancel: {
            upload.cancel()
        }
        self.upload = nil
    }
}
