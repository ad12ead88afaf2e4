/// The log of a layer: a file that is written from its start to its end, and then from its start again.
///
/// A transaction counts when it follows the one before it, by its place and its sequence. One that was left from an earlier round never
/// does, so nothing has to be erased. Only one thread at a time uses a log.
struct LayerLog {
    private let file: any PackFileHandle
    private let layer: [UInt8]
    private let maximum: UInt64
    /// Of the file. It is as long as it gets before it is written to, so that a sync has nothing but bytes to write.
    private var size: UInt64
    private var position: UInt64 = 0
    private var sequence = UInt64.random(in: 0..<1 << 62)

    private static let step: UInt64 = 1 << 20

    init(_ file: any PackFileHandle, layer: [UInt8], maximum: UInt64) throws(IOFailure) {
        self.file = file
        self.layer = layer
        self.maximum = maximum
        size = try file.size()
    }

    func hasRoom(for byteCount: Int) -> Bool { position == 0 || position + UInt64(byteCount) <= maximum }

    /// Begins a round. All that is in the log stands in its place, durably.
    ///
    /// With sequences that are not near any other: what a failed call left behind is never taken for what follows.
    mutating func restart() {
        position = 0
        sequence = UInt64.random(in: 0..<1 << 62)
    }

    /// Writes images as transactions; durable after `sync`.
    mutating func append(_ images: [(target: LogTransaction.Target, bytes: ArraySlice<UInt8>)], isDataSynced: Bool) throws(IOFailure) {
        var bytes: [UInt8] = []
        var (rest, isFirst) = (images[...], true)
        while isFirst || !rest.isEmpty {
            let part = rest.prefix(LogTransaction.imagesMax)
            rest = rest.dropFirst(part.count)
            bytes += LogTransaction(sequence: sequence, isDataSynced: isFirst && isDataSynced, images: Array(part)).encoded(layer: layer)
            sequence += 1
            isFirst = false
        }
        let end = position + UInt64(bytes.count)
        if end > size {
            let grown = max(end, min(size + Self.step, maximum))
            try file.writeWhole([UInt8](repeating: 0, count: Int(grown - end)), at: end)
            size = grown
        }
        try file.writeWhole(bytes, at: position)
        position = end
    }

    func sync() throws(IOFailure) { try file.syncWhole() }

    static func byteCount(images: Int) -> Int {
        let transactions = max(1, (images + LogTransaction.imagesMax - 1) / LogTransaction.imagesMax)
        return LogTransaction.unit * (images + transactions)
    }

    // MARK: after a crash

    /// Gives the images that count to `place`, in their order.
    func replay(_ place: (LogTransaction.Target, ArraySlice<UInt8>) throws -> Void) throws {
        // Data that was synced later than it was logged is newer in its place.
        var synced: UInt64 = 0
        try forEach { if $1.isDataSynced { synced = $0 } }
        try forEach { offset, transaction in
            for image in transaction.images {
                if case .sector = image.target, offset < synced { continue }
                try place(image.target, image.bytes)
            }
        }
    }

    private func forEach(_ body: (UInt64, LogTransaction) throws -> Void) throws {
        var (place, next): (UInt64, UInt64?) = (0, nil)
        while place + UInt64(LogTransaction.unit) <= size {
            let head = try file.readWhole(LogTransaction.unit, at: place)
            guard let count = LogTransaction.byteCount(header: head, layer: layer), place + UInt64(count) <= size else { return }
            let bytes = head + (try file.readWhole(count - head.count, at: place + UInt64(head.count)))
            guard let transaction = LogTransaction(decoding: bytes, layer: layer), next == nil || next == transaction.sequence else {
                return
            }
            try body(place, transaction)
            place += UInt64(count)
            next = transaction.sequence + 1
        }
    }
}
