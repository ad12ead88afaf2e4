import Blocks
import Domain
import Foundation
import Metadata
import Sealing
import Transfer

extension Images {
    /// How long completed copies tell how fast bytes come, and how many of them.
    private static let rateDays = 30
    private static let rateCopies = 20
    /// The snapshots of an account that are compared with what it would copy, where it may not be told what the Region holds of others.
    private static let ownDisks = 4
    private static let pagesMax = 1024

    /// Estimates a copy into the call's Region, and changes nothing (docs/behaviour/copying-images.md, "Estimates").
    ///
    /// Everything that CopyImage would refuse is an obstacle. Those that can be found by themselves are all told; a dry run of the copy finds
    /// what is left, so that none is told where the copy would be taken on.
    ///
    /// - Parameter denials: what the caller may not do of what CopyImage takes. Nothing is counted for such a caller.
    package func estimate(_ copy: ImageCopy, denials: [any Error] = []) async throws -> ImageCopyEstimate {
        var copy = copy
        copy.clientToken = nil
        let asked = copy
        return try await call.deployment.estimates.pass(for: call.account) {
            try await CopyEstimation(call: call.asDryRun(), copy: asked).run(denials)
        }
    }

    private struct CopyEstimation {
        let call: Call
        let copy: ImageCopy
        var estimate = ImageCopyEstimate()
        var obstacles = Obstacles()
        /// As empty as those that the copy will make.
        var planned: [CopiedEncryption: SealDomain] = [:]

        init(call: Call, copy: ImageCopy) {
            self.call = call
            self.copy = copy
        }

        func run(_ denials: [any Error]) async throws -> ImageCopyEstimate {
            var run = self
            for denial in denials { try run.obstacles.note(denial) }
            try await run.go(counts: denials.isEmpty)
            run.estimate.obstacles = run.obstacles.found
            return run.estimate
        }

        private mutating func go(counts: Bool) async throws {
            let (call, copy, images) = (call, copy, Images(call))
            let source = try await obstacles.noting { try await images.sourceOfCopy(copy) }
            for rule in ImageCopyRules.ofRequest { try await obstacles.noting { try rule(copy) } }
            let rules = try await images.rules(of: copy)
            for rule in rules.ofRows {
                try await obstacles.noting {
                    try await call.store.database.read { try rule(source?.snapshots.count ?? 0, $0) }
                }
            }
            if let source {
                if let bundle = source.image.bundle {
                    let isReadable = try await obstacles.noting { try await images.checkBundle(of: source, copied: copy) } != nil
                    // Its parts are what moves; what stands under other names is found as they come.
                    estimate.bytesTotal = bundle.bundleBytes
                    if counts, isReadable { (estimate.bytesToMove, estimate.isUpperBound) = (bundle.bundleBytes, true) }
                } else {
                    let encryptions = try await obstacles.noting { try await images.encryption(of: copy).settle(source.snapshots) }
                    try await count(source, encryptions ?? [:], counts: counts)
                }
                estimate.rate = try await rate(from: source.region)
            }
            try await obstacles.noting { try await call.rehearse { _ = try await Images($0).copy(copy) } }
        }

        // MARK: bytes

        private mutating func count(
            _ source: ImageCopyPlan.Source,
            _ encryptions: [SnapshotID: CopiedEncryption],
            counts: Bool
        ) async throws {
            let tellsAll = try await call.deployment.isManagement(call.account)
            var tally = CopyTally(pagesMax: Images.pagesMax)
            var weighed: [Weighed] = []
            var isWhole = true
            for snapshot in source.snapshots {
                var disk = ImageCopyEstimate.Disk(
                    snapshot: snapshot.id,
                    sizeGiB: snapshot.sizeGiB,
                    bytesTotal: snapshot.dataBytes ?? 0
                )
                if let doom = encryptions[snapshot.id]?.doom { obstacles.note(failing: doom) }
                if counts, let encryption = encryptions[snapshot.id], encryption.doom == nil,
                    let found = try await count(snapshot, source, encryption, tellsAll, &tally)
                {
                    (disk.bytesToMove, disk.isUpperBound) = (found.amount.bytesToMove, found.amount.isUpperBound)
                    weighed.append(found)
                } else {
                    isWhole = false
                }
                estimate.disks.append(disk)
            }
            estimate.bytesTotal = estimate.disks.reduce(0) { $0 + $1.bytesTotal }
            guard isWhole else { return }
            estimate.bytesToMove = estimate.disks.reduce(0) { $0 + ($1.bytesToMove ?? 0) }
            estimate.isUpperBound = estimate.disks.contains(where: \.isUpperBound)
            try await checkRoom(for: weighed, tellsNeed: tellsAll)
        }

        private struct Weighed {
            let root: BlockMapRoot
            let source: StoreSource
            let domain: SealDomain
            let amount: CopyTally.Amount
        }

        /// Nil when the disk cannot be read: why is an obstacle.
        private mutating func count(
            _ snapshot: Snapshot,
            _ source: ImageCopyPlan.Source,
            _ encryption: CopiedEncryption,
            _ tellsAll: Bool,
            _ tally: inout CopyTally
        ) async throws -> Weighed? {
            guard let region = call.deployment.regions[source.region], let address = snapshot.root.flatMap({ Digest(bytes: $0) }) else {
                return nil
            }
            let reading = "Snapshot \(snapshot.id) in \(source.region)"
            do {
                let domain = try await destination(encryption)
                let from = StoreSource(region.blocks, in: try await region.seal(snapshot.encryption?.domain))
                let root = try await region.blocks.readRoot(address)
                // What an account's own keys seal meets nobody else's, and what the Region itself holds is not copied within it.
                let isTold = tellsAll || encryption != .open || (region === call.store && snapshot.encryption == nil)
                var amount: CopyTally.Amount
                if isTold {
                    let held = StoredContent(store: call.store.blocks, domain: domain)
                    amount = try await tally.add(root, from: from, into: domain.id, where: held)
                } else {
                    amount = try await tally.add(root, from: from, into: domain.id, where: try await own(of: snapshot))
                }
                return Weighed(root: root, source: from, domain: domain, amount: amount)
            } catch let error as StoreError where error.isLostContent {
                // Deleted meanwhile: the dry run, which comes later, says so. Else it is damaged.
                let (call, copy) = (call, copy)
                if try await obstacles.noting({ try await Images(call).sourceOfCopy(copy) }) != nil {
                    let failure = WorkFailure(error, "The copy", reading: reading, into: call.region, remedy: "copy again")
                    obstacles.note(failing: failure.reason)
                }
                return nil
            } catch let error as KeyUnusable {
                try obstacles.note(error)
                return nil
            }
        }

        private mutating func destination(_ encryption: CopiedEncryption) async throws -> SealDomain {
            switch encryption {
            case .open, .doomed: return .open
            case .sealed(let encryption): return try await call.store.seal(encryption.domain)
            case .planned:
                if let domain = planned[encryption] { return domain }
                let id = SealDomainID(DomainID.random())
                let domain = SecretBytes.random(count: 32).withUnsafeBytes { SealDomain(id, dataKey: $0) }
                planned[encryption] = domain
                return domain
            }
        }

        /// What the account itself has in the Region of what the snapshot came from.
        private func own(of snapshot: Snapshot) async throws -> DiskContent {
            let (account, lineage) = (call.account, snapshot.lineage)
            let roots = try await call.store.database.read {
                try SnapshotTable($0).openRoots(of: account, lineage: lineage, limit: Images.ownDisks)
            }
            return try await DiskContent(roots.compactMap { Digest(bytes: $0) }, in: call.store.blocks)
        }

        /// That the Region's disk has room. Most of the time it has for many times the image, and nothing has to be counted.
        private mutating func checkRoom(for disks: [Weighed], tellsNeed: Bool) async throws {
            let room = try await call.store.blocks.room()
            guard disks.reduce(0, { $0 + $1.amount.spaceAtMost }) > room else { return }
            var needed: UInt64 = 0
            let ledger = SpaceLedger()
            for disk in disks {
                let need = try await ledger.need(
                    of: disk.root,
                    from: disk.source,
                    in: call.store.blocks,
                    disk.domain,
                    pagesMax: Images.pagesMax
                )
                // It is found out before anything is moved.
                guard let need else { return }
                needed += need
            }
            guard needed > room else { return }
            let failure = WorkFailure(
                NoRoomForCopy(needed: needed, free: room),
                "The copy",
                reading: copy.sourceImageID,
                into: call.region,
                remedy: "copy again",
                tellsNeed: tellsNeed
            )
            obstacles.note(failing: failure.reason)
        }

        // MARK: time

        /// At which bytes came from a Region lately, by the copies of which the caller may know how much they moved.
        private func rate(from source: Region) async throws -> Throughput? {
            let account = try await call.deployment.isManagement(call.account) ? nil : call.account
            let since = call.now.addingTimeInterval(-Double(Images.rateDays) * 86_400)
            return SeenRate.of(
                try await call.store.database.read {
                    try CopyTable($0).latestMoves(from: source, of: account, since: since, limit: Images.rateCopies)
                }
            )
        }
    }
}

/// Collects what stands in the way, each once.
private struct Obstacles {
    private(set) var found: [CopyObstacle] = []
    private var seen: Set<String> = []

    /// Runs a check; nil when it is refused. What is no refusal is thrown.
    mutating func noting<Value>(_ check: () async throws -> Value) async throws -> Value? {
        do {
            return try await check()
        } catch {
            try note(error)
            return nil
        }
    }

    mutating func note(_ error: any Error) throws {
        let refusal = (error as? KeyRefusal)?.fault ?? error
        guard refusal is Fault || refusal is KeyUnusable || refusal is AccessDenied else { throw error }
        if seen.insert("\(refusal)").inserted { found.append(.refused(refusal)) }
    }

    mutating func note(failing reason: StateReason) {
        if seen.insert("\(reason.code): \(reason.message)").inserted { found.append(.failing(reason)) }
    }
}
