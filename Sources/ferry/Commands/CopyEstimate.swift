import Client

/// What a copy into one Region would be, as `ferry copy --estimate` tells it.
struct CopyEstimate: Encodable, Sendable {
    struct Obstacle: Encodable, Sendable {
        let code: String
        let message: String
    }

    struct Snapshot: Encodable, Sendable {
        let snapshotId: String
        let sizeGiB: Int
        let bytes: Int64
        let bytesToMove: Int64?
        let isUpperBound: Bool
    }

    var region: String
    /// Bytes of blocks with data in the image, or of the parts of its bundle.
    var bytes: Int64?
    /// Absent where something in the way keeps it from being counted.
    var bytesToMove: Int64?
    /// Whether it may be less.
    var isUpperBound: Bool?
    var bytesPerSecond: Int64?
    var seconds: Int64?
    var snapshots: [Snapshot]?
    /// What the copy would be refused with, or fail of.
    var obstacles: [Obstacle]?
    /// Why there is no estimate.
    var error: String?

    init(region: String, error: String) {
        self.region = region
        self.error = error
    }

    init(region: String, _ estimate: RemoteCopyEstimate) {
        self.region = region
        bytes = estimate.bytes
        bytesToMove = estimate.bytesToMove
        isUpperBound = estimate.isUpperBound
        bytesPerSecond = estimate.bytesPerSecond
        seconds = estimate.seconds
        snapshots = estimate.snapshots.map {
            Snapshot(
                snapshotId: $0.id,
                sizeGiB: $0.sizeGiB,
                bytes: $0.bytes,
                bytesToMove: $0.bytesToMove,
                isUpperBound: $0.isUpperBound
            )
        }
        obstacles = estimate.obstacles.map { Obstacle(code: $0.code, message: $0.message) }
    }

    /// Whether a copy would begin and, for all that is known, arrive.
    var isClear: Bool { error == nil && obstacles?.isEmpty == true }

    /// `eu-west-1  20 MiB of 1.5 GiB to move, about 3.0 s at 6.7 MiB/s`, and a line for each thing in the way.
    var lines: [String] {
        guard let obstacles else { return [] }
        return ["\(region)  \(amount)"] + obstacles.map { "\(region)  in the way: \($0.message) (\($0.code))" }
    }

    private var amount: String {
        let whole = bytes.map { " of \(ByteText.size($0))" } ?? ""
        guard let bytesToMove else { return bytes.map { "\(ByteText.size($0)); what would move is not known" } ?? "not known" }
        guard bytesToMove > 0 else { return "nothing\(whole) to move" }
        let time =
            seconds.map { seconds in
                "about \(ByteText.time(Double(seconds)))" + (bytesPerSecond.map { " at \(ByteText.rate(Double($0)))" } ?? "")
            } ?? "time not known: no copy from there has been timed"
        return "\(isUpperBound == true ? "at most " : "")\(ByteText.size(bytesToMove))\(whole) to move, \(time)"
    }
}

/// One destination of `ferry copy --estimate`.
struct RegionEstimate: Sendable {
    let session: Session
    let request: ImageCopyRequest
    let region: String

    /// Never throws: a failure is a result, and the other destinations go on.
    func run() async -> CopyEstimate {
        do {
            return try await doing("estimating a copy of \(request.sourceImageID) from \(request.sourceRegion) to \(region)") {
                CopyEstimate(region: region, try await session.client.estimateCopy(request, to: region))
            }
        } catch {
            return CopyEstimate(region: region, error: Explanation(of: error).text)
        }
    }
}
