/// Brings the index up to what the packs hold: at start for the ends of packs, and for whole packs when the index is made anew.
///
/// Frames whose seal opens are taken, wherever they stand. A page over a block that is lost, and a root over such a page, is taken and
/// suspect: what is left under it can be read, and nobody relies on the rest. So "a page that is not suspect implies its blocks" holds
/// whatever was lost. The lengths of packs are raised last: a scan that was cut off is done again.
///
/// Behind an indexed end a frame that cannot be opened is what a crash left half written, and is left out. An index that is made anew keeps
/// its place, suspect: its bytes stay then, and are there again when it was the disk that failed to read them.
struct Recovery {
    private static let batchFrames = 4096

    let packs: PackCache
    let index: any FrameIndex
    /// Whether the index is made anew: frames are taken by their headers alone then, where their key is not at hand.
    var isAnew = false
    /// Whether frames that cannot be opened are kept.
    var keepsUnreadable = false
    /// The index that is being replaced, if it can be read.
    var previous: (any FrameIndex)?

    /// Scans what lies behind the indexed length of each pack.
    func run() throws -> RecoveryReport {
        var report = RecoveryReport()
        do {
            let known = try index.indexedLengths()
            // A packs' row without a length is what a rebuild left that was cut off.
            var recovery = self
            recovery.isAnew = isAnew || known.values.allSatisfy { $0 == 0 }
            try recovery.scan(behind: known, &report)
        } catch let error as IOFailure {
            throw StoreError(error)
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(.index, "the index failed: \(error)", cause: error)
        }
        return report
    }

    private func scan(behind known: [PackID: UInt64], _ report: inout RecoveryReport) throws {
        report.lost = try LostPacks(packs: packs, index: index).suspect(known)
        var lengths: [PackID: UInt64] = [:]
        var found = Found()
        for name in try packs.storage.list() {
            guard let id = PackID(fileName: name) else { continue }
            // Not through the cache: each pack is opened once here.
            let size = try packs.storage.open(name).size()
            let start = known[id] ?? PackHeader.firstFrame
            guard size > start else {
                // A pack that no frame was written to: its making may have been cut off, header and all. When it cannot be removed it is
                // found again at the next start.
                if known[id] == nil { try? packs.storage.remove(name) }
                continue
            }
            report.packs += 1
            if try scan(id, start..<size, &report, &found) { lengths[id] = size }
            found.ends.append(.init(pack: id, bytes: size..<UInt64.max, damage: .cutOff))
        }
        if !lengths.isEmpty {
            try packs.storage.syncFolder()
            for kind in [FrameKind.page, .root] {
                try indexMaps(found.maps.filter { $0.location.kind == kind }, &report)
            }
            try keepSuspectsOfLocked()
        }
        // After all that is whole: the whole one of two frames counts.
        if keepsUnreadable {
            let unreadable = UnreadableFrames(index: index, previous: previous)
            report.unreadable = try unreadable.keep(found.damaged, in: report.damaged + found.ends)
        }
        if !lengths.isEmpty { try index.commit([], indexedLengths: lengths) }
    }

    /// What is looked at when all packs have been scanned.
    private struct Found {
        var maps: [IndexedFrame] = []
        /// Frames that their headers name and that cannot be opened.
        var damaged: [IndexedFrame] = []
        /// What lies behind the packs: they may be cut.
        var ends: [RecoveryReport.Range] = []
    }

    /// False when the pack cannot be opened: it is looked at again then, the next time.
    private func scan(
        _ id: PackID,
        _ range: Range<UInt64>,
        _ report: inout RecoveryReport,
        _ found: inout Found
    ) throws -> Bool {
        let file: PackFile
        do {
            file = try PackFile.open(id, in: packs.storage, domains: packs.domains)
        } catch let damage as FrameDamage {
            report.damaged.append(.init(pack: id, bytes: 0..<range.upperBound, damage: damage))
            return false
        }
        // A crash of the process leaves bytes that only memory holds: they must be on the disk before a row names them. And after a failed
        // sync memory may show bytes that the disk does not have: they are read from there.
        try file.sync()
        file.dropCache()
        var scanner = PackScanner(file: file, from: range.lowerBound, end: range.upperBound)
        var (proven, locked): ([IndexedFrame], [IndexedFrame]) = ([], [])
        while let item = try scanner.next() {
            switch item {
            case .frame(let frame, _):
                if frame.location.kind == .block { proven.append(frame) } else { found.maps.append(frame) }
            case .locked(let frame):
                // Behind an indexed end nobody was told of it, and unproven it could be taken for content that is there.
                guard isAnew, !standsElsewhere(frame) else { continue }
                if frame.location.kind == .block { locked.append(frame) } else { found.maps.append(frame) }
            case .damaged(let frame, let bytes, let damage):
                found.damaged.append(frame)
                report.damaged.append(.init(pack: id, bytes: bytes, damage: damage))
            case .skipped(let bytes, let damage, let isGap):
                if isGap {
                    report.gapBytes += UInt64(bytes.count)
                } else {
                    report.damaged.append(.init(pack: id, bytes: bytes, damage: damage))
                }
            }
            if proven.count + locked.count >= Self.batchFrames {
                try commit(proven: &proven, &report)
                try commit(&locked, &report)
            }
        }
        report.bytesScanned += UInt64(range.count)
        try commit(proven: &proven, &report)
        try commit(&locked, &report)
        return true
    }

    /// Which of two places is whole cannot be told without the key: the one that the replaced index named counts.
    private func standsElsewhere(_ frame: IndexedFrame) -> Bool {
        guard let place = try? previous?.locate([frame.address])[frame.address], place != frame.location else { return false }
        let other = IndexedFrame(address: frame.address, location: place)
        return (try? packs.file(place.pack).holdsHeader(of: other)) ?? false
    }

    /// Indexes frames that are whole. Where a row names a place of the same content that is not, the row is moved.
    private func commit(proven frames: inout [IndexedFrame], _ report: inout RecoveryReport) throws {
        let mended = try mended(frames)
        try commit(&frames, &report)
        try index.mend(mended)
    }

    private func mended(_ frames: [IndexedFrame]) throws -> [(frame: IndexedFrame, from: FrameLocation?)] {
        let addresses = frames.map(\.address)
        let suspects = try index.suspects(among: addresses)
        // All that an index holds that is being made anew was proven a moment ago, but for what is locked, of which nothing is known.
        let places = isAnew && suspects.isEmpty ? [:] : try index.locate(addresses)
        return frames.compactMap { frame -> (frame: IndexedFrame, from: FrameLocation?)? in
            guard let place = places[frame.address] else { return suspects.contains(frame.address) ? (frame, nil) : nil }
            // Suspect where it is whole again: a pack or a bit was put back.
            if place == frame.location { return suspects.contains(frame.address) ? (frame, nil) : nil }
            return suspects.contains(frame.address) || !isWhole(IndexedFrame(address: frame.address, location: place))
                ? (frame, place) : nil
        }
    }

    private func isWhole(_ frame: IndexedFrame) -> Bool {
        do {
            _ = try packs.file(frame.location.pack).open(frame)
            return true
        } catch FrameDamage.locked {
            return true
        } catch {
            return false
        }
    }

    private func commit(_ frames: inout [IndexedFrame], _ report: inout RecoveryReport) throws {
        if frames.isEmpty { return }
        try index.commit(frames, indexedLengths: [:])
        report.framesIndexed += frames.count
        frames.removeAll()
    }

    private func indexMaps(_ maps: [IndexedFrame], _ report: inout RecoveryReport) throws {
        var (complete, locked): ([IndexedFrame], [IndexedFrame]) = ([], [])
        for frame in maps {
            let children: [Digest]
            do {
                children = try packs.children(of: frame)
            } catch FrameDamage.locked {
                // Only from a pack that is indexed anew: nobody can say what it lists.
                locked.append(frame)
                continue
            } catch {
                report.incomplete.append(.init(frame: frame, missing: 0))
                continue
            }
            let missing = try index.unsound(among: children)
            if missing == 0 {
                complete.append(frame)
            } else {
                report.incomplete.append(.init(frame: frame, missing: missing))
                // Suspect first: cut off in between, it is only a suspicion of something that is not there.
                try index.suspect([frame.address])
                var incomplete = [frame]
                try commit(&incomplete, &report)
            }
            if complete.count == Self.batchFrames { try commit(proven: &complete, &report) }
        }
        try commit(proven: &complete, &report)
        try commit(&locked, &report)
    }

    /// What was suspect and is locked now is suspect still; of all else the scan has told.
    private func keepSuspectsOfLocked() throws {
        guard let suspects = try? previous?.suspects(among: nil), !suspects.isEmpty else { return }
        let locked = try index.locate(Array(suspects)).filter { packs.domains[$0.value.domain] == nil }
        try index.suspect(Array(locked.keys))
    }
}

extension FrameIndex {
    /// How many of the addresses are not there, or suspect.
    func unsound(among addresses: [Digest]) throws -> Int {
        var missing = 0
        for start in stride(from: 0, to: addresses.count, by: BlockSize.blocksPerPage) {
            let batch = Set(addresses[start..<min(start + BlockSize.blocksPerPage, addresses.count)])
            let known = try known(among: Array(batch))
            missing += batch.count - known.subtracting(try suspects(among: Array(batch))).count
        }
        return missing
    }
}
