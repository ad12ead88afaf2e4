import NIOCore

/// Reads every frame that the index names, opens its seal, decompresses it and hashes it again.
///
/// Makes and changes nothing, so it can run beside the server that owns the store: what is not indexed is not looked at, and what a
/// collection moves or removes meanwhile is no damage.
package struct Scrub: Sendable {
    private static let framesPerHop = 32

    private let packs: PackCache
    private let index: any FrameIndex
    private let pool: DiskPool
    private let parallel: Int

    package init(folder: String, index: any FrameIndex, pool: DiskPool, domains: SealDomains = SealDomains(), parallel: Int = 4) {
        self.init(storage: LocalPackStorage(path: folder + "/packs"), index: index, pool: pool, domains: domains, parallel: parallel)
    }

    package init(
        storage: any PackStorage,
        index: any FrameIndex,
        pool: DiskPool,
        domains: SealDomains = SealDomains(),
        parallel: Int = 4
    ) {
        packs = PackCache(storage: storage, capacity: 32, domains: domains)
        self.index = index
        self.pool = pool
        self.parallel = max(1, parallel)
    }

    /// Checks everything. `progress` gets the report so far after each pack.
    package func run(progress: @Sendable (ScrubReport) -> Void = { _ in }) async throws -> ScrubReport {
        let index = index
        let packs = try await pool.run { try index.indexedLengths().mapValues { _ in UInt64(0) } }
        return try await run(from: packs, progress: progress)
    }

    /// Checks a part of the store: in each of these packs, the frames from an offset on.
    package func run(from starts: [PackID: UInt64], progress: @Sendable (ScrubReport) -> Void = { _ in }) async throws -> ScrubReport {
        var report = ScrubReport()
        for (pack, start) in starts.sorted(by: { $0.key < $1.key }) {
            report.add(try await check(pack, from: start))
            progress(report)
        }
        report.damages.sort { ($0.pack, $0.offset) < ($1.pack, $1.offset) }
        return report
    }

    private func check(_ pack: PackID, from start: UInt64) async throws -> ScrubReport {
        var report = try await pool.run { [self] in try checkHeader(pack) }
        var last = start == 0 ? 0 : start - 1
        try await withThrowingTaskGroup(of: ScrubReport.self) { group in
            var running = 0
            while true {
                let after = last
                let frames = try await pool.run { [index] in
                    try index.frames(in: pack, after: after, limit: Self.framesPerHop)
                }
                guard let end = frames.last?.location.offset else { break }
                last = end
                if running == parallel, let done = try await group.next() {
                    report.add(done)
                    running -= 1
                }
                group.addTask { try await pool.run { try check(frames) } }
                running += 1
            }
            for try await done in group { report.add(done) }
        }
        report.packs = 1
        return report
    }

    private func checkHeader(_ pack: PackID) throws -> ScrubReport {
        var report = ScrubReport()
        do {
            for (offset, damage) in try packs.file(pack).headerDamage() {
                report.damages.append(.init(pack: pack, offset: offset, address: nil, kind: nil, cause: damage))
            }
        } catch let damage as FrameDamage {
            // A collection deletes packs that hold nothing.
            if damage == .missingPack, try index.frames(in: pack, after: 0, limit: 1).isEmpty { return report }
            report.damages.append(.init(pack: pack, offset: 0, address: nil, kind: nil, cause: damage))
        }
        return report
    }

    private func check(_ frames: [IndexedFrame]) throws -> ScrubReport {
        var report = ScrubReport()
        for frame in frames {
            guard let (frame, damage) = try check(frame) else { continue }
            report.frames += 1
            report.storedBytes += frame.location.frameLength
            report.plainBytes += UInt64(frame.location.plainLength)
            guard let damage else { continue }
            if case .locked = damage {
                report.lockedFrames += 1
                continue
            }
            report.damages.append(
                .init(
                    pack: frame.location.pack,
                    offset: frame.location.offset,
                    address: frame.address,
                    kind: frame.location.kind,
                    cause: damage
                )
            )
        }
        return report
    }

    /// What is wrong with a frame, where it stands by now; nil when a collection has removed it.
    private func check(_ frame: IndexedFrame) throws -> (IndexedFrame, FrameDamage?)? {
        var frame = frame
        while true {
            do {
                _ = try packs.check(frame)
                return (frame, nil)
            } catch let damage as FrameDamage {
                guard let location = try index.locate([frame.address])[frame.address] else { return nil }
                if location == frame.location { return (frame, damage) }
                frame = IndexedFrame(address: frame.address, location: location)
            }
        }
    }
}

extension PackCache {
    /// Everything that can be proven about a frame, which is given back.
    func check(_ frame: IndexedFrame) throws -> FramePayload {
        let payload = try file(frame.location.pack).open(frame)
        guard let domain = domains[frame.location.domain] else { throw FrameDamage.locked(frame.location.domain) }
        let plain = try payload.plain()
        let found = Digest(sha256: plain.readableBytesSpan)
        guard domain.address(of: found) == frame.address else { throw FrameDamage.digest(found: found) }
        do {
            switch frame.location.kind {
            case .block: break
            case .page: _ = try BlockMapPage(decoding: plain.readableBytesSpan)
            case .root: _ = try BlockMapRoot(decoding: plain.readableBytesSpan)
            }
        } catch {
            throw FrameDamage.map(error)
        }
        return payload
    }
}
