import Blocks
import Domain
import Foundation
import Metadata
import NIOCore
import Synchronization

/// Writes an image archive into a bucket. The seals of the snapshots are taken off for it, as in EC2: the object has one of its own.
struct ImageStoreRunner: JobRunner {
    let job: Job
    let work: ImageStore
    let tools: JobTools

    func run(_ progress: JobProgress) async throws -> JobEnding {
        let (image, snapshots) = try await ImageStores.source(work.image, by: tools.call(of: job))
        var disks: [ArchiveWriter.Disk] = []
        for snapshot in snapshots {
            guard let root = snapshot.root.flatMap({ Digest(bytes: $0) }) else { throw Images.unavailable(image.id) }
            disks.append(.init(root: root, in: try await tools.store.seal(snapshot.encryption?.domain)))
        }
        let total = snapshots.reduce(0) { $0 + ($1.dataBytes ?? 0) }
        let done = Atomic<Int64>(0)
        let stored = StoredImage(image, of: tools.store.region, over: snapshots)
        let writer: ArchiveWriter
        do {
            writer = try ArchiveWriter(metadata: try stored.encoded, disks: disks, of: tools.store.blocks) { bytes in
                done.add(bytes, ordering: .relaxed)
            }
        } catch let error as ArchiveError {
            throw Fault(.invalidRequest, "The image \(image.id) cannot be stored: \(error)")
        }
        let stream = ReportedStream(writer) { try await progress.report(done.load(ordering: .relaxed), of: total) }
        // What was sealed does not come to stand in the open: S3's own key seals it, as all of an account's.
        let isSealed = snapshots.contains { $0.encryption != nil }
        let attributes = attributes(of: image)
        let call = try await tools.call(of: job).making(work.key, in: work.bucket, attributes)
        let put = ObjectPut(
            bucket: work.bucket,
            key: work.key,
            attributes: attributes,
            encryption: try await Buckets(call).encryption(in: work.bucket, otherwise: isSealed ? .s3 : nil)
        )
        // Nobody's object is replaced that came meanwhile.
        return try await JobUpload(of: job, by: call).put(stream, as: put, condition: .isAbsent, progress)
    }

    func undo() async throws { try await JobUpload(of: job, by: tools.call(of: job.account)).abort() }

    private func attributes(of image: Image) -> ObjectAttributes {
        // Headers carry visible ASCII.
        func header(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: Self.visible) ?? "" }
        return ObjectAttributes(
            headers: ["content-type": "application/octet-stream"],
            metadata: [
                "ami-name": header(image.name), "ami-description": header(image.description), "ami-owner-account": image.owner.rawValue,
                "ami-registered-date": ISO8601.text(image.createdAt), "ami-store-date": ISO8601.text(job.createdAt),
            ],
            tags: work.tags
        )
    }

    private static let visible = CharacterSet(charactersIn: Unicode.Scalar(0x20)...Unicode.Scalar(0x7E)).subtracting(
        .init(charactersIn: "%")
    )
}

/// A stream that tells of itself with each piece.
private struct ReportedStream<Source: ArchiveSource>: ArchiveSource {
    private var source: Source
    private let report: @Sendable () async throws -> Void

    init(_ source: Source, report: @escaping @Sendable () async throws -> Void) {
        self.source = source
        self.report = report
    }

    mutating func next() async throws -> ByteBuffer? {
        try await report()
        return try await source.next()
    }
}
