/// What an image's copy has come to, read from the image and its snapshots.
package enum CopyState: Hashable, Sendable {
    case running(CopyAmounts)
    case available(CopyAmounts)
    /// With the server's reason.
    case failed(String)
}

/// Bytes of a copy over all its snapshots, or of a bundle.
package struct CopyAmounts: Hashable, Sendable {
    package var done: Int64
    /// Absent while the server has not told it for every snapshot.
    package var total: Int64?
    /// Bytes that really travelled; told by Ferry, and by no other server.
    package var moved: Int64?

    package init(done: Int64, total: Int64?, moved: Int64?) {
        self.done = done
        self.total = total
        self.moved = moved
    }
}

extension CopyState {
    /// - Parameters:
    ///   - image: nil when the Region answers without it, which means that somebody deregistered it.
    ///   - snapshots: those that the image names so far.
    package init(image: RemoteImage?, snapshots: [RemoteSnapshot]) {
        guard let image else {
            self = .failed("the image was deregistered while it was copied")
            return
        }
        let amounts = image.isInstanceStore ? CopyAmounts(bundle: image.stateReason) : CopyAmounts(snapshots, of: image.devices.count)
        switch image.state {
        case "available": self = .available(amounts)
        case "pending", "transient": self = .running(amounts)
        default:
            let reasons = snapshots.filter { $0.state == "error" }.compactMap(\.stateMessage)
            self = .failed(image.stateReason ?? reasons.first ?? "the image is \(image.state)")
        }
    }
}

extension CopyAmounts {
    /// Of an instance-store image, which has no snapshots: its own reason tells while it is pending.
    init(bundle message: String?) {
        switch message.flatMap(CopyStatusMessage.init) {
        case .copying(let done, let total)?: self.init(done: done, total: total, moved: nil)
        case .copied(let total, let moved)?: self.init(done: total, total: total, moved: moved)
        case nil: self.init(done: 0, total: nil, moved: nil)
        }
    }

    /// - Parameter expected: how many snapshots there will be.
    init(_ snapshots: [RemoteSnapshot], of expected: Int) {
        var amounts = CopyAmounts(done: 0, total: 0, moved: snapshots.isEmpty ? nil : 0)
        for snapshot in snapshots {
            switch snapshot.stateMessage.flatMap(CopyStatusMessage.init) {
            case .copying(let done, let total)?:
                amounts.add(done: done, total: total, moved: nil)
            case .copied(let total, let moved)?:
                amounts.add(done: total, total: total, moved: moved)
            case nil:
                // AWS tells a percentage of the volume and nothing finer; before the first percent nobody knows what there is to move.
                let percent = snapshot.progress.flatMap { Int64($0.filter(\.isNumber)) } ?? 0
                let size = snapshot.sizeGiB << 30
                amounts.add(done: size / 100 * min(percent, 100), total: percent == 0 ? nil : size, moved: nil)
            }
        }
        if snapshots.count < expected { amounts.total = nil }
        self = amounts
    }

    private mutating func add(done: Int64, total: Int64?, moved: Int64?) {
        self.done += done
        self.total = self.total.flatMap { sum in total.map { sum + $0 } }
        self.moved = self.moved.flatMap { sum in moved.map { sum + $0 } }
    }
}
