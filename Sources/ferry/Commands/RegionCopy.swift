import Client
import Synchronization

/// One destination of a copy, from its start to its end.
struct RegionCopy: Sendable {
    let session: Session
    let request: ImageCopyRequest
    let region: String
    let waits: Bool
    let row: Int
    let display: ProgressDisplay
    let ledger: CopyLedger

    /// Never throws: a failure is a result, and the other destinations go on.
    func run() async -> CopyResult {
        let start = ContinuousClock.now
        var result = CopyResult(region: region)
        do {
            let id = try await doing("copying \(request.sourceImageID) from \(request.sourceRegion) to \(region)") {
                try await session.client.copyImage(request, to: region)
            }
            ledger.started(id, region: region)
            result.imageId = id
            result.state = "pending"
            guard waits else { return result }
            let amounts = try await doing("copying \(request.sourceImageID) to \(id) in \(region)") { try await watch(id) }
            ledger.ended(id)
            result.state = "available"
            result.bytes = amounts.total
            result.movedBytes = amounts.moved
            result.seconds = (TransferRate.seconds(start.duration(to: .now)) * 1_000).rounded() / 1_000
            display.end(row, "available")
        } catch {
            result.error = Explanation(of: error).text
            if (error as? CommandFailure)?.cause is CopyFailed { result.state = "failed" }
            display.end(row, "failed")
        }
        return result
    }

    /// Looks at the image and its snapshots until the copy ended.
    private func watch(_ id: String) async throws -> CopyAmounts {
        var pace = session.pace
        var total: Int64?
        while true {
            let image = try await session.client.image(id, region: region)
            let snapshots = try await session.client.snapshots(image?.snapshotIDs ?? [], region: region)
            switch CopyState(image: image, snapshots: snapshots) {
            case .available(var amounts):
                // A bundle's size is told only while it is copied.
                amounts.total = amounts.total ?? total
                return amounts
            case .failed(let reason): throw CopyFailed(description: reason)
            case .running(let amounts):
                total = amounts.total ?? total
                display.update(row, done: amounts.done, total: amounts.total)
            }
            try await pace.wait()
        }
    }
}

/// The server gave a copy up, for a reason of its own.
struct CopyFailed: Error, CustomStringConvertible {
    var description: String
}

/// One destination in the JSON of `ferry copy`.
struct CopyResult: Encodable, Sendable {
    var region: String
    var imageId: String?
    /// `pending` with `--no-wait`, `available`, or `failed`.
    var state: String?
    /// Bytes of blocks with data in the image, or of the parts of its bundle; absent when the copy ended before the server told them.
    var bytes: Int64?
    /// Bytes that the Region did not have yet; told by Ferry, and by no other server.
    var movedBytes: Int64?
    var seconds: Double?
    var error: String?

    init(region: String) {
        self.region = region
    }

    /// `eu-west-1  ami-0…  available  1.5 GiB, 20 MiB moved in 3.2 s`.
    var text: String {
        var text = "\(region)  \(imageId ?? "-")  \(state ?? "-")"
        if let bytes { text += "  \(ByteText.size(bytes))" }
        if let movedBytes { text += ", \(ByteText.size(movedBytes)) moved" }
        if let seconds { text += " in \(ByteText.time(seconds))" }
        return text
    }
}

/// The copies that were started, for the case that the user leaves before they end.
final class CopyLedger: Sendable {
    private let running = Mutex<[(id: String, region: String)]>([])

    func started(_ id: String, region: String) {
        running.withLock { $0.append((id, region)) }
    }

    func ended(_ id: String) {
        running.withLock { $0.removeAll { $0.id == id } }
    }

    func tellHowToCancel() {
        let running = running.withLock { $0 }
        guard !running.isEmpty else { return }
        Terminal.remark("The copies go on in the server. To cancel them:")
        for copy in running { Terminal.remark("  ferry rm \(copy.id) --region \(copy.region)") }
    }
}
