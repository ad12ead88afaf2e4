import Blocks
import Domain
import Metadata
import Services
import TestSupport
import Testing

/// What a copy would move and what stands in its way. That it equals what the copy moves in every case: CopyTallyTests, conformance.
@Suite struct EstimateCopyTests {
    private func codes(_ estimate: ImageCopyEstimate) -> [String] {
        estimate.obstacles.map { obstacle in
            switch obstacle {
            case .refused(let error): (error as? Fault)?.code.rawValue ?? "\(error)"
            case .failing(let reason): reason.code
            }
        }
    }

    private func bytes(_ blocks: Int) -> Int64 { Int64(blocks * BlockSize.bytes) }

    @Test func anEstimateIsWhatMovesAndWritesNothing() async throws {
        try await World.run { world in
            try await world.reconciling {
                let disks: [[Int64: UInt64]] = [[0: 1, 3: 2, 2047: 1], [1024: 2, 6143: 4]]
                let snapshots = [try await world.snapshot(disks[0]), try await world.snapshot(disks[1], sizeGiB: 3)]
                let source = try await world.register("web", over: snapshots)
                let images = world.images(World.away)
                let before = world.store(World.away).sql.counts.commits
                let first = try await images.estimate(.of(source, name: "copy"))
                #expect(world.store(World.away).sql.counts.commits == before)
                #expect(codes(first) == [])
                #expect(first.disks.map(\.snapshot) == snapshots && first.disks.map(\.sizeGiB) == [1, 3])
                #expect(first.disks.map(\.bytesTotal) == [bytes(3), bytes(2)])
                // Block 2 counts once.
                #expect(first.disks.map(\.bytesToMove) == [bytes(2), bytes(1)])
                #expect(first.bytesTotal == bytes(5) && first.bytesToMove == bytes(3) && !first.isUpperBound)
                #expect(first.rate == nil && first.seconds == nil)

                let copy = try await images.copy(.of(source, name: "copy"))
                #expect(try await world.end(of: copy).state == .available)
                let again = try await images.estimate(.of(source, name: "again"))
                #expect(again.bytesToMove == 0 && again.seconds == 0)
                #expect(codes(try await images.estimate(.of(source, name: "copy"))) == ["InvalidAMIName.Duplicate"])

                var query = ImageCopiesQuery()
                query.ids = [copy.rawValue]
                let copied = try #require(try await images.copies(query).elements.first)
                #expect(copied.disks.count == 2 && copied.source == Image.Source(id: source, region: World.home))
                #expect(copied.bytesTotal == bytes(5) && copied.bytesDone == bytes(5) && copied.bytesMoved == bytes(3))
                #expect(copied.beganAt == world.clock.now && copied.endedAt == world.clock.now)
                #expect(copied.secondsLeft(at: world.clock.now) == nil)
            }
        }
    }

    /// The token of a copy is of no account, and neither asks nor answers.
    @Test func aTokenIsNotLookedAt() async throws {
        try await World.run { world in
            try await world.reconciling {
                let source = try await world.register("web", over: [try await world.snapshot([0: 1])])
                let token = ClientToken(text: "a-token", fingerprint: [1, 2, 3])
                _ = try await world.images(World.away).copy(.of(source, name: "copy", token: token))
                let estimate = try await world.images(World.away).estimate(.of(source, name: "copy", token: token))
                #expect(codes(estimate) == ["InvalidAMIName.Duplicate"])
            }
        }
    }

    /// All that can be found by themselves, and what the dry run adds.
    @Test func obstaclesAreToldTogether() async throws {
        try await World.run { world in
            try await world.reconciling {
                let source = try await world.register("web", over: [try await world.snapshot([0: 1])])
                let images = world.images(World.away)
                _ = try await images.copy(.of(source, name: "taken"))
                let asked = EncryptionRequest(isEncrypted: true, key: "alias/none")
                let both = try await images.estimate(.of(source, name: "taken", encryption: asked))
                #expect(codes(both) == ["InvalidAMIName.Duplicate", "InvalidParameterValue"])
                #expect(both.bytesToMove == nil && both.bytesTotal == bytes(1))

                var copy = ImageCopy.of(source, name: "a#b", imageTags: [Tag(key: "aws:mine", value: "")])
                copy.sourceImageID = "ami-0123456789abcdef0"
                let none = try await images.estimate(copy)
                #expect(Set(codes(none)) == ["InvalidAMIID.NotFound", "InvalidAMIName.Malformed", "InvalidParameterValue"])
                #expect(none.disks.isEmpty && none.bytesTotal == nil)

                // Nothing is counted for who may not copy.
                let denial = Fault(.unauthorizedOperation, "no")
                let denied = try await images.estimate(.of(source, name: "copy"), denials: [denial, denial])
                #expect(codes(denied) == ["UnauthorizedOperation"] && denied.bytesToMove == nil && denied.bytesTotal == bytes(1))
            }
        }
    }

    /// A copy that would be taken on and fail.
    @Test func keysThatAreCheckedLateAreObstacles() async throws {
        try await World.run(encryption: EncryptionOptions(checksKeysLate: true)) { world in
            try await world.reconciling {
                let source = try await world.register("web", over: [try await world.snapshot([0: 1])])
                let key = try await Keys(world.call(World.away)).create(KeyCreation()).key
                try await Keys(world.call(World.away)).disable(key.id.rawValue)
                let asked = EncryptionRequest(isEncrypted: true, key: key.arn)
                let estimate = try await world.images(World.away).estimate(.of(source, name: "copy", encryption: asked))
                #expect(codes(estimate) == ["Client.InvalidKMSKey.InvalidState"] && estimate.bytesToMove == nil)
            }
        }
    }

    /// Two disks under a key whose domain is yet to be made share it, and none is made.
    @Test func aDomainThatIsYetToBeMadeIsEmpty() async throws {
        try await World.run(encryption: EncryptionOptions()) { world in
            try await world.reconciling {
                let snapshots = [try await world.snapshot([0: 1, 1: 2]), try await world.snapshot([5: 2])]
                let source = try await world.register("web", over: snapshots)
                let images = world.images(World.away)
                let asked = EncryptionRequest(isEncrypted: true)
                let estimate = try await images.estimate(.of(source, name: "copy", encryption: asked))
                #expect(codes(estimate) == [] && estimate.bytesToMove == bytes(2))
                let made = try await world.store(World.away).database.read { transaction in
                    try ["kms_keys", "domains"].map { table in try transaction.rows("SELECT 1 FROM \(table)").count }
                }
                #expect(made == [0, 0])
                let copy = try await world.end(of: try await images.copy(.of(source, name: "copy", encryption: asked)))
                #expect(copy.state == .available)
                #expect(try await images.estimate(.of(source, name: "again", encryption: asked)).bytesToMove == 0)
            }
        }
    }

    /// What is damaged cannot be copied; what was deleted while it was read has gone, and is no failure of the server.
    @Test func aSourceThatCannotBeReadIsAnObstacle() async throws {
        try await World.run(faultyDisks: true) { world in
            try await world.reconciling {
                let snapshot = try await world.snapshot([0: 7])
                let source = try await world.register("web", over: [snapshot])
                try await world.store(World.home).database.write { transaction in
                    _ = try transaction.execute("UPDATE snapshots SET root = ?", [.bytes([UInt8](repeating: 9, count: 32))])
                }
                let estimate = try await world.images(World.away).estimate(.of(source, name: "copy"))
                #expect(codes(estimate) == ["Server.InternalError"] && estimate.bytesToMove == nil)
            }
        }
    }

    /// An estimate holds up no collection: what it reads may go, which is no failure of the server.
    @Test func aSourceThatIsDeletedMeanwhileHasGone() async throws {
        try await World.run(faultyDisks: true) { world in
            try await world.reconciling {
                let source = try await world.register("web", over: [try await world.snapshot([0: 7])])
                let (gate, reads) = (ThreadGate(), Counter())
                try #require(world.disks[World.home]).setFaults { event in
                    // The first is its root.
                    if event.call == .read, reads.add() == 1 { gate.pass() }
                    return nil
                }
                defer { gate.open() }
                async let estimate = world.images(World.away).estimate(.of(source, name: "copy"))
                try await until("its root is read") { gate.isReached }
                _ = try await world.images(World.home).deregister(source.rawValue, deletesSnapshots: true)
                let schedule = Collector.Schedule(pause: 0, grace: 0)
                let store = world.store(World.home)
                let report = try await Collector(store: store, deployment: world.deployment, schedule: schedule).collect()
                #expect(report.framesRemoved > 0)
                gate.open()
                let found = try await estimate
                #expect(codes(found) == ["InvalidAMIID.Unavailable"] && found.bytesToMove == nil)
            }
        }
    }

    /// What a copy would fail of before its first block moves.
    @Test func aDiskWithoutRoomIsAnObstacle() async throws {
        try await World.run(faultyDisks: true) { world in
            try await world.reconciling {
                let source = try await world.register(
                    "web",
                    over: [try await world.snapshot([0: 1, 1: 2]), try await world.snapshot([0: 3])]
                )
                let disk = try #require(world.disks[World.away])
                let images = world.images(World.away)
                // Of what is free, 32 MiB are kept for the databases.
                disk.setCapacity((32 << 20) + 100)
                let full = try await images.estimate(.of(source, name: "copy"))
                #expect(codes(full) == ["Client.VolumeLimitExceeded"])
                #expect(full.bytesToMove == bytes(3))
                guard case .failing(let reason)? = full.obstacles.first else { return }
                #expect(reason.message.contains(" bytes and 100 are free"))
                // Less than the disks have, and enough for what compresses.
                disk.setCapacity((32 << 20) + (1 << 20))
                #expect(codes(try await images.estimate(.of(source, name: "copy"))) == [])
                #expect(try await world.end(of: try await images.copy(.of(source, name: "copy"))).state == .available)
                disk.setCapacity(0)
                #expect(codes(try await images.estimate(.of(source, name: "again"))) == [], "it takes nothing")
            }
        }
    }

    /// The parts of a bundle are what moves; neither a bucket nor an object is made.
    @Test func aBundleMovesItsParts() async throws {
        try await World.run { world in
            try await world.bundle()
            let source = try await world.registered("web")
            let bytes = try #require(try await world.describe(source, in: World.home)?.bundle?.bundleBytes)
            let images = world.images(World.away)
            let estimate = try await images.estimate(.of(source, name: "copy"))
            #expect(codes(estimate) == [] && estimate.disks.isEmpty)
            #expect(estimate.bytesTotal == bytes && estimate.bytesToMove == bytes && estimate.isUpperBound)
            #expect(try await Buckets(world.call(World.away)).list().count == 1)
            let asked = EncryptionRequest(isEncrypted: true)
            let wrong = try await images.estimate(.of(source, name: "copy", encryption: asked))
            #expect(codes(wrong) == ["InvalidParameterCombination"] && wrong.bytesToMove == nil)
            let copy = try await world.copied(source, as: "copy")
            var query = ImageCopiesQuery()
            query.ids = [copy.id.rawValue]
            let copied = try #require(try await images.copies(query).elements.first)
            #expect(copied.disks.isEmpty && copied.bytesTotal == bytes && copied.bytesDone == bytes && copied.bytesMoved == nil)
            _ = try await world.objects().delete("web/image.manifest.xml", in: "depot")
            #expect(codes(try await images.estimate(.of(source, name: "again"))) == ["InvalidRequest"])
        }
    }
}
