import Client
import Foundation
import Synchronization

/// The part of a push that leaves traces in the server: a snapshot that becomes an image, or is taken away again.
struct ImagePush: Sendable {
    struct Result: Sendable {
        var imageID: String
        var snapshotID: String
        var region: String
        var diskBytes: Int64
        var sizeGiB: Int64
        var upload: SnapshotUpload.Summary
    }

    let session: Session
    let disk: DiskFile
    let window: Int
    let quiet: Bool
    let label: String

    /// - Parameter registration: says what to register once the snapshot is known.
    func run(
        details: String?,
        tags: [ResourceTag],
        registration: @escaping @Sendable (_ snapshotID: String) -> ImageRegistration
    ) async throws -> Result {
        let token = UUID().uuidString
        let start = SnapshotStart(sizeGiB: disk.sizeGiB, details: details, tags: tags, clientToken: token)
        let started = Started()
        do {
            return try await interruptible {
                let snapshotID = try await doing("starting a snapshot of \(start.sizeGiB) GiB in \(session.region)") {
                    try await session.client.startSnapshot(start, region: session.region)
                }
                started.note(snapshotID)
                let upload = try await doing("uploading \(label) to \(snapshotID) in \(session.region)") { try await fill(snapshotID) }
                try await doing("waiting for \(snapshotID) in \(session.region)") { try await complete(snapshotID) }
                let image = registration(snapshotID)
                let imageID = try await doing("registering the image '\(image.name)' in \(session.region)") {
                    try await session.client.registerImage(image, region: session.region)
                }
                return Result(
                    imageID: imageID,
                    snapshotID: snapshotID,
                    region: session.region,
                    diskBytes: disk.length,
                    sizeGiB: start.sizeGiB,
                    upload: upload
                )
            }
        } catch {
            await undisturbed {
                if let snapshotID = await traceOf(start, known: started.snapshotID, after: error) { await takeAway(snapshotID) }
            }
            throw error
        }
    }

    /// The snapshot that a failed push leaves. When the answer to its start was lost, the same token asks for it again.
    private func traceOf(_ start: SnapshotStart, known: String?, after error: any Error) async -> String? {
        if let known { return known }
        let cause = (error as? CommandFailure)?.cause ?? error
        guard cause is Interrupted || (cause as? ConnectionFailure)?.mayHaveBeenTaken == true else { return nil }
        return try? await session.client.startSnapshot(start, region: session.region)
    }

    private func fill(_ snapshotID: String) async throws -> SnapshotUpload.Summary {
        let total = try await session.pool.run { try disk.dataBytes() }
        let display = ProgressDisplay(labels: [label], quiet: quiet)
        display.update(0, done: 0, total: total)
        let upload = SnapshotUpload(
            client: session.client,
            region: session.region,
            snapshotID: snapshotID,
            pool: session.pool,
            window: window
        )
        return try await display.whileShown {
            try await upload.run(disk) { display.advance(by: $0) }
        }
    }

    private func complete(_ snapshotID: String) async throws {
        var pace = session.pace
        while true {
            let snapshot = try await session.client.snapshot(snapshotID, region: session.region)
            switch snapshot.state {
            case "completed": return
            case "pending": try await pace.wait()
            default: throw Refusal("the snapshot is \(snapshot.state): \(snapshot.stateMessage ?? "the server gave no reason")")
            }
        }
    }

    private func takeAway(_ snapshotID: String) async {
        do {
            try await session.client.deleteSnapshot(snapshotID, region: session.region)
            Terminal.remark("The unfinished snapshot \(snapshotID) was deleted.")
        } catch {
            Terminal.complain(
                "deleting the unfinished snapshot \(snapshotID) in \(session.region): \(error)\n"
                    + "  Later: ferry rm \(snapshotID) --region \(session.region)"
            )
        }
    }

    /// Remembers the snapshot across an interruption.
    private final class Started: Sendable {
        private let id = Mutex<String?>(nil)

        var snapshotID: String? { id.withLock { $0 } }
        func note(_ snapshotID: String) { id.withLock { $0 = snapshotID } }
    }
}
