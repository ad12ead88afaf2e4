import Synchronization

/// What a flush of a layer makes durable.
struct LayerFlush: Sendable {
    /// Data that is too much for the log is synced in its place.
    let syncsData: Bool
    let images: [(target: LogTransaction.Target, bytes: ArraySlice<UInt8>)]
    /// What may be given back when the map is durable.
    let holes: [Range<UInt64>]
    /// Up to which the live marks are not needed then.
    let marksEnd: UInt64
}

extension OverlayLayer {
    /// Takes what was written up to now. Nobody writes meanwhile. Nil when everything is durable.
    func prepareFlush() throws -> LayerFlush? {
        try state.withLock { state in
            if state.hasLostWrites { throw Self.lostWrites(number) }
            if state.recent.isEmpty, state.map.isLogged { return nil }
            var images: [(target: LogTransaction.Target, bytes: ArraySlice<UInt8>)] = []
            let recent = state.isLogSuspect ? nil : state.recent.ranges
            for range in recent ?? [] {
                let bytes = try data.readWhole(range.count * SectorBits.sectorBytes, at: range.lowerBound * UInt64(SectorBits.sectorBytes))
                for (place, sector) in range.enumerated() {
                    images.append((.sector(sector), bytes[place * SectorBits.sectorBytes..<(place + 1) * SectorBits.sectorBytes]))
                }
            }
            _ = state.recent.take()
            images += state.map.beginLogging().map { (.page($0.page), $0.bytes[...]) }
            defer { state.holes = [] }
            return LayerFlush(syncsData: recent == nil, images: images, holes: state.holes, marksEnd: state.live?.position ?? 0)
        }
    }

    /// Makes durable what was taken; others write meanwhile.
    func finishFlush(_ flush: LayerFlush) throws {
        do {
            if flush.syncsData { try syncing { () throws(IOFailure) in try data.syncWhole() } }
            try log.withLock { log in
                let (isSuspect, logged) = state.withLock { ($0.isLogSuspect, $0.map.loggedCount) }
                let needed = LayerLog.byteCount(images: flush.images.count)
                if isSuspect || logged >= folder.options.waitingPages || log?.hasRoom(for: needed) == false {
                    try placePages()
                    log?.restart()
                    state.withLock { $0.isLogSuspect = false }
                }
                if log == nil {
                    log = try LayerLog(try folder.createLog(of: number), layer: header.id, maximum: folder.options.logBytes)
                }
                try log?.append(flush.images, isDataSynced: flush.syncsData)
                try syncing { () throws(IOFailure) in try log?.sync() }
            }
            state.withLock { $0.map.endLogging(successfully: true) }
        } catch {
            // What the log holds behind its last good transaction is anybody's guess, and which data was meant to be in it is forgotten.
            state.withLock { state in
                state.map.endLogging(successfully: false)
                state.recent.addAll()
                state.holes += flush.holes
                state.isLogSuspect = true
            }
            throw error
        }
    }

    /// Writes the pages that are in the log to their place, so that the log may begin anew.
    private func placePages() throws {
        let pages = state.withLock { $0.map.loggedPages() }
        // Behind the copy: what the pages say is written is in the file by now.
        try syncing { () throws(IOFailure) in try data.syncWhole() }
        for page in pages { try mapFile.writeWhole(page.bytes, at: LayerMap.place(of: page.page)) }
        if !pages.isEmpty { try syncing { () throws(IOFailure) in try mapFile.syncWhole() } }
        let end = pages.last.map { LayerMap.place(of: $0.page + 1) } ?? 0
        state.withLock { $0.map.placed(through: end) }
    }

    var marksAreLong: Bool { state.withLock { $0.live?.isLong ?? false } }

    /// Gives back what the durable map says is zeros, and marks that are durable. Nobody writes meanwhile. Returns how many sectors take no
    /// more space.
    func giveBack(after flush: LayerFlush) throws -> Int {
        try state.withLock { try $0.live?.drop(before: flush.marksEnd) }
        return try punch(flush.holes)
    }

    private func punch(_ holes: [Range<UInt64>]) throws -> Int {
        var freed = 0
        for range in holes {
            freed += range.count
            for (block, sectors) in range.sectorsByBlock {
                let zeroed = try bits(of: block).zeroed & SectorBits.mask(sectors)
                let base = block * UInt64(SectorBits.sectorsPerBlock)
                for run in SectorBits.runs(of: zeroed) {
                    let bytes = (base + UInt64(run.lowerBound)) * UInt64(SectorBits.sectorBytes)
                    _ = try data.punch(bytes..<bytes + UInt64(run.count * SectorBits.sectorBytes))
                }
            }
        }
        return freed
    }

    /// Makes a layer that nobody writes to any more durable in its place, without a log.
    func settle() throws -> Int {
        let flush = try prepareFlush()
        if let flush { try finishFlush(flush) }
        if !isSettled {
            try placePages()
            // First, as they say what the log says and more.
            try folder.remove(.live, of: number)
            try folder.remove(.log, of: number)
            log.withLock { $0 = nil }
            state.withLock { $0.live = nil }
        }
        return try punch(flush?.holes ?? [])
    }

    /// After a sync that failed nothing is known of what was written before it, though memory still shows it.
    private func syncing(_ sync: () throws(IOFailure) -> Void) throws {
        do {
            try sync()
        } catch {
            state.withLock { state in
                state.hasLostWrites = true
                try? state.live?.forget()
            }
            data.dropCache()
            mapFile.dropCache()
            throw error
        }
    }

    static func lostWrites(_ number: UInt64) -> VolumeError {
        VolumeError(.lostWrites, "a sync of layer \(number) of the volume has failed; it takes nothing more until it is opened again")
    }
}
