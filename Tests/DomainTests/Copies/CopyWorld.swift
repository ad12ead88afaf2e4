import Domain

/// What a copy's effects are done to: a snapshot and an image, which refuse what cannot happen to them.
struct CopyWorld {
    enum SnapshotState { case pending, completed, failed }

    let image: ImageID?
    let sourceRoot: [UInt8]
    private(set) var snapshot = SnapshotState.pending
    private(set) var percentShown = 0
    private(set) var settlements = 0
    private(set) var bytesDone: Int64 = 0
    private(set) var bytesMoved: Int64 = 0
    private(set) var failureMessage: String?

    init(of copy: SnapshotCopy) {
        image = copy.imageID
        sourceRoot = copy.sourceRoot
        bytesDone = copy.progress.bytesDone
        bytesMoved = copy.progress.bytesMoved
    }

    struct Impossible: Error { let what: String }

    mutating func apply(_ effect: SnapshotCopy.Effect) throws {
        switch effect {
        case .showProgress(let progress):
            try require(snapshot == .pending, "progress after the end")
            try require((0...99).contains(progress.percent), "\(progress.percent) % of a pending copy")
            try require(progress.percent >= percentShown, "\(progress.percent) % after \(percentShown) %")
            try require(progress.bytesDone >= bytesDone, "\(progress.bytesDone) bytes after \(bytesDone)")
            try require(progress.bytesMoved >= bytesMoved, "\(progress.bytesMoved) bytes moved after \(bytesMoved)")
            percentShown = progress.percent
            bytesDone = progress.bytesDone
            bytesMoved = progress.bytesMoved
        case .completeSnapshot(let root, _):
            try require(snapshot == .pending, "a second end")
            try require(root == sourceRoot, "completed with other bytes than the source's")
            snapshot = .completed
        case .failSnapshot(let message):
            try require(snapshot == .pending, "a second end")
            try require(!message.isEmpty, "failed without a word")
            snapshot = .failed
            failureMessage = message
        case .settleImage(let id):
            try require(snapshot != .pending, "the image settled before its snapshot")
            try require(id == image, "settled an image that is not the copy's")
            try require(settlements == 0, "settled twice")
            settlements += 1
        }
    }

    private func require(_ isPossible: Bool, _ what: String) throws {
        guard isPossible else { throw Impossible(what: what) }
    }
}
