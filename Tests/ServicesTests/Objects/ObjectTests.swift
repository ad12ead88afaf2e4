import Blocks
import Domain
import Foundation
import Metadata
import NIOCore
import Services
import TestSupport
import Testing

@Suite struct ObjectTests {
    @Test(arguments: seeds(6))
    func whatIsPutIsRead(seed: UInt64) async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            var generator = SeededGenerator(seed: seed)
            let lengths = [0, 1, BlockSize.bytes, BlockSize.bytes + 1, Int.random(in: 2...3_000_000, using: &generator)]
            for (number, length) in lengths.enumerated() {
                let content = SampleBody.content(length, seed: seed + UInt64(number))
                let object = try await world.put("a/\(number)", content)
                let found = try await world.objects().head("a/\(number)", in: "depot")
                #expect(found == object)
                #expect(found.bytes == Int64(length))
                #expect(try await world.read(found) == content)
                for _ in 0..<4 where length > 1 {
                    let start = Int.random(in: 0..<length, using: &generator)
                    let end = Int.random(in: start + 1...length, using: &generator)
                    #expect(try await world.read(found, Int64(start)..<Int64(end)) == content.getSlice(at: start, length: end - start))
                }
            }
        }
    }

    /// As an answer does whose block was dropped for want of room.
    @Test(arguments: seeds(4))
    func whatIsHereMayBeReadAgainUntilItIsPassed(seed: UInt64) async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            var generator = SeededGenerator(seed: seed)
            let content = SampleBody.content(1_700_000, seed: seed)
            let object = try await world.put("key", content)
            let start = Int64.random(in: 0..<1_000_000, using: &generator)
            var reader = try await world.objects().read(object, range: start..<object.bytes)
            var bytes = ByteBuffer()
            while let here = try await reader.here() {
                #expect(try await reader.here() == here)
                let count = Int.random(in: 1...here.readableBytes, using: &generator)
                reader.pass(count)
                bytes.writeImmutableBuffer(try #require(here.getSlice(at: here.readerIndex, length: count)))
            }
            #expect(bytes == content.getSlice(at: Int(start), length: content.readableBytes - Int(start)))
        }
    }

    @Test func aBodyOfAnotherLengthStoresNothing() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let old = SampleBody.content(1_000, seed: 1)
            try await world.put("key", old)
            for declared in [0, 599_999, 600_001] as [Int64] {
                var body = SampleBody(SampleBody.content(600_000, seed: 2), declared: declared)
                await expectFault(.incompleteBody) {
                    _ = try await world.objects().put(ObjectPut(bucket: "depot", key: "key", attributes: .init()), &body)
                }
            }
            #expect(try await world.read(try await world.objects().head("key", in: "depot")) == old)
            // What was stored of it is looked for.
            let now = world.clock.now
            #expect(try await world.store(World.home).database.read { try ReleaseTable($0).hasAny(until: now) })
        }
    }

    @Test func equalContentIsStoredOnce() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let content = SampleBody.content(2_000_000, seed: 3)
            try await world.put("one", content)
            let appended = world.store(World.home).blocks.statistics.counts.framesAppended
            try await world.put("two", content)
            #expect(world.store(World.home).blocks.statistics.counts.framesAppended == appended)
        }
    }

    @Test func conditionsAreChecked() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let content = SampleBody.content(10, seed: 1)
            await expectFault(.noSuchKey) { try await world.put("key", content, condition: .hasTag("x")) }
            let object = try await world.put("key", content, condition: .isAbsent)
            await expectFault(.objectPreconditionFailed) { try await world.put("key", content, condition: .isAbsent) }
            await expectFault(.objectPreconditionFailed) { try await world.put("key", content, condition: .hasTag("x")) }
            try await world.put("key", content, condition: .hasTag(object.etag))
        }
    }

    @Test func versionsAreKeptAndMarkersHideThem() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let (first, second) = (SampleBody.content(100, seed: 1), SampleBody.content(200, seed: 2))
            try await world.put("key", first)
            try await world.buckets().setVersioning(.enabled, of: "depot")
            let kept = try await world.put("key", second)
            let objects = world.objects()
            #expect(kept.version != StoredObject.nullVersion)
            #expect(try await world.read(try await objects.head("key", in: "depot", version: "null")) == first)

            let deletion = try await objects.delete("key", in: "depot")
            #expect(deletion.isMarker)
            await #expect(throws: MarkerFound.self) { try await objects.head("key", in: "depot") }
            #expect(try await objects.list(ObjectListing(), in: "depot").elements.isEmpty)
            #expect(try await objects.listVersions(ObjectListing(), in: "depot").elements.map(\.bytes) == [0, 200, 100])
            await expectFault(.bucketNotEmpty) { try await world.buckets().delete("depot") }

            // Without its marker the object is back.
            _ = try await objects.delete("key", in: "depot", version: deletion.version)
            #expect(try await world.read(try await objects.head("key", in: "depot")) == second)
            _ = try await objects.delete("key", in: "depot", version: kept.version)
            #expect(try await world.read(try await objects.head("key", in: "depot")) == first)
            _ = try await objects.delete("key", in: "depot", version: "null")
            await expectFault(.noSuchKey) { _ = try await objects.head("key", in: "depot") }
            try await world.buckets().delete("depot")
            await expectFault(.noSuchBucket) { _ = try await objects.head("key", in: "depot") }
        }
    }

    @Test(arguments: seeds(10))
    func listingsFoldAndPage(seed: UInt64) async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            var generator = SeededGenerator(seed: seed)
            let letters = ["a", "b", "/", "/", "é", "\u{10FFFF}", "-"]
            var keys: Set<[UInt8]> = []
            for _ in 0..<40 {
                let key = (0..<Int.random(in: 1...4, using: &generator)).map { _ in letters.randomElement(using: &generator) ?? "a" }
                    .joined()
                keys.insert(Array(key.utf8))
                try await world.put(key, ByteBuffer(string: "x"))
            }
            for prefix in ["", "a", "a/", "é", "\u{10FFFF}"] {
                for delimiter in [nil, "/", "é"] as [String?] {
                    let expected = Self.entries(keys, prefix: Array(prefix.utf8), delimiter: delimiter.map { Array($0.utf8) })
                    for limit in [1, 2, 7, 1000] {
                        var (found, after) = ([[UInt8]](), String?.none)
                        repeat {
                            let listing = ObjectListing(prefix: prefix, delimiter: delimiter, after: after, limit: limit)
                            let page = try await world.objects().list(listing, in: "depot")
                            #expect(page.count <= limit)
                            found += (page.elements.map(\.key.bytes) + page.prefixes.map { Array($0.utf8) })
                                .sorted { $0.lexicographicallyPrecedes($1) }
                            after = page.end
                        } while after != nil
                        #expect(found == expected, "prefix \(prefix), delimiter \(delimiter ?? "none"), by \(limit)")
                    }
                }
            }
        }
    }

    /// What a listing has to give, the slow way.
    private static func entries(_ keys: Set<[UInt8]>, prefix: [UInt8], delimiter: [UInt8]?) -> [[UInt8]] {
        let folded = keys.filter { $0.starts(with: prefix) }.map { key -> [UInt8] in
            guard let delimiter else { return key }
            for place in prefix.count...key.count where key[place...].starts(with: delimiter) {
                return Array(key[..<(place + delimiter.count)])
            }
            return key
        }
        return Set(folded).sorted { $0.lexicographicallyPrecedes($1) }
    }

    @Test func anotherAccountAndAnotherRegionAreToldSo() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let stranger: AccountID = known("210987654321")
            await expectFault(.accessDenied) { _ = try await world.buckets(by: stranger).require("depot") }
            await expectFault(.bucketAlreadyExists) { try await world.buckets(by: stranger).create("depot") }
            await expectFault(.bucketAlreadyOwnedByYou) { try await world.buckets().create("depot") }
            await expectFault(.bucketAlreadyOwnedByYou) { try await world.buckets(World.away).create("depot") }
            let error = await #expect(throws: BucketElsewhere.self) { try await world.buckets(World.away).require("depot") }
            #expect(error?.region == World.home)
            #expect(try await world.buckets(World.away).list().map(\.name.rawValue) == ["depot"])
            #expect(try await world.buckets(by: stranger).list().isEmpty)
        }
    }

    @Test func aCopyMovesNoBytes() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let content = SampleBody.content(1_500_000, seed: 5)
            try await world.put("one", content)
            let appended = world.store(World.home).blocks.statistics.counts.framesAppended
            let put = ObjectPut(bucket: "depot", key: "two", attributes: .init())
            let origin = try await world.objects().copyOrigin("one", in: "depot", version: nil)
            let copy = try await world.objects().copy(origin, to: put, attributes: origin.object.attributes)
            #expect(world.store(World.home).blocks.statistics.counts.framesAppended == appended)
            _ = try await world.objects().delete("one", in: "depot")
            try await world.collectAll()
            #expect(try await world.read(copy) == content)
        }
    }

    @Test func aCopyFromAnotherRegionIsTheSameAndSealedWhenItsSourceIs() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            try await world.buckets(World.away).create("depot-away")
            let content = SampleBody.content(1_500_000, seed: 12)
            let source = try await world.put("one", content)
            let away = world.objects(World.away)
            let put = ObjectPut(bucket: "depot-away", key: "two", attributes: .init())
            let copy = try await away.copy(try await away.copyOrigin("one", in: "depot", version: nil), to: put, attributes: .init())
            #expect(copy.etag == source.etag)
            var reader = try await away.read(copy, range: 0..<copy.bytes)
            var bytes = ByteBuffer()
            while var piece = try await reader.next() { bytes.writeBuffer(&piece) }
            #expect(bytes == content)

            try await world.put("sealed", content, under: .kms(nil))
            let sealed = try await away.copyOrigin("sealed", in: "depot", version: nil)
            await expectFault(.invalidRequest) { _ = try await away.copy(sealed, to: put, attributes: .init()) }
            let under = ObjectPut(bucket: "depot-away", key: "two", attributes: .init(), encryption: .kms(nil))
            #expect(try await away.copy(sealed, to: under, attributes: .init()).encryption != nil)

            // Under S3's own key there is nothing to name: the copy is under that of its Region.
            let own = try await world.put("own", content, under: .s3)
            let under3 = try await away.copy(try await away.copyOrigin("own", in: "depot", version: nil), to: put, attributes: .init())
            #expect(under3.encryption?.key == .s3 && under3.encryption?.domain != own.encryption?.domain)
            var again = try await away.read(under3, range: 0..<under3.bytes)
            bytes.clear()
            while var piece = try await again.next() { bytes.writeBuffer(&piece) }
            #expect(bytes == content)
        }
    }

    @Test func whatIsDeletedOrReplacedIsFreed() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let kept = SampleBody.content(1_200_000, seed: 6)
            try await world.put("kept", kept)
            let before = try await world.framesAlive()
            try await world.put("gone", SampleBody.content(2_000_000, seed: 7))
            try await world.put("replaced", SampleBody.content(900_000, seed: 8))
            try await world.put("replaced", kept)
            _ = try await world.objects().delete("gone", in: "depot")
            #expect(try await world.framesAlive() > before)
            try await world.collectAll()
            #expect(try await world.framesAlive() == before)
            #expect(try await world.read(try await world.objects().head("kept", in: "depot")) == kept)
            #expect(try await world.read(try await world.objects().head("replaced", in: "depot")) == kept)
        }
    }

    @Test(.enabled(if: TestRows.areInFiles)) func scrubNamesTheObjectsThatDamageHurtsAndUsageCountsThem() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            try await world.put("hurt", SampleBody.content(900_000, seed: 10))
            try await world.put("sound", SampleBody.content(900_000, seed: 11))
            let maintenance = Maintenance(folder: world.folder)
            #expect(try await maintenance.scrub(World.home).isSound)
            let usage = try await maintenance.usage(of: World.home) { _ in }
            #expect(usage.objectBytes == usage.storedBytes && usage.garbageBytes == 0 && usage.objectBytes > 0)

            let object = try await world.objects().head("hurt", in: "depot")
            let root = try #require(object.segments.first.flatMap { Digest(bytes: $0.root) })
            let index = SQLFrameIndex(try Database(path: world.folder.frameIndex(World.home), schema: .frameIndex))
            let location = try #require(try index.locate([root])[root])
            let pack = world.folder.regionFolder(World.home) + "/packs/" + location.pack.fileName
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: pack))
            try handle.seek(toOffset: location.offset + UInt64(FrameHeader.bytes) + 2)
            let byte = try #require(try handle.read(upToCount: 1)?.first)
            try handle.seek(toOffset: location.offset + UInt64(FrameHeader.bytes) + 2)
            try handle.write(contentsOf: [byte ^ 1])
            try handle.close()
            let report = try await maintenance.scrub(World.home)
            #expect(report.hurt.map(\.holder) == [.object(known("depot"), try #require(ObjectKey("hurt")))])
        }
    }

    @Test func underAKeyTheBytesAreSealed() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let content = SampleBody.content(700_000, seed: 9)
            let open = try await world.put("open", content)
            let sealed = try await world.put("sealed", content, under: .kms("alias/aws/s3"))
            #expect(sealed.encryption != nil && sealed.segments != open.segments)
            #expect(try await world.read(sealed) == content)
            let put = ObjectPut(bucket: "depot", key: "copy", attributes: .init(), encryption: .kms(nil))
            let origin = try await world.objects().copyOrigin("open", in: "depot", version: nil)
            let copy = try await world.objects().copy(origin, to: put, attributes: origin.object.attributes)
            #expect(copy.encryption == sealed.encryption && copy.etag == open.etag)
            #expect(try await world.read(copy) == content)
        }
    }

    @Test func underS3sOwnKeyTheBytesAreSealedAndSharedWithinTheAccount() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let content = SampleBody.content(700_000, seed: 13)
            let open = try await world.put("open", content)
            let sealed = try await world.put("sealed", content, under: .s3)
            #expect(sealed.encryption?.key == .s3 && sealed.segments != open.segments)
            #expect(try await world.put("twice", content, under: .s3).segments == sealed.segments)
            #expect(try await world.objects().head("sealed", in: "depot") == sealed)
            #expect(try await world.read(sealed) == content)
            // Nothing is asked for, and what is sealed stays so, without a byte moved.
            let origin = try await world.objects().copyOrigin("sealed", in: "depot", version: nil)
            let put = ObjectPut(bucket: "depot", key: "copy", attributes: .init())
            let copy = try await world.objects().copy(origin, to: put, attributes: .init())
            #expect(copy.encryption == sealed.encryption && copy.segments == sealed.segments)
            for key in ["open", "sealed", "twice"] { _ = try await world.objects().delete(key, in: "depot") }
            try await world.collectAll()
            #expect(try await world.read(copy) == content)
            // What scrubs a stopped folder reads the files of its rows.
            if TestRows.areInFiles { #expect(try await Maintenance(folder: world.folder).scrub(World.home).isSound) }
            _ = try await world.objects().delete("copy", in: "depot")
            try await world.collectAll()
            #expect(try await world.framesAlive() == 0)
        }
    }

    @Test func aPartOfWhatIsSealedIsNotOpened() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            try await world.put("sealed", SampleBody.content(9_000, seed: 14), under: .s3)
            let origin = try await world.objects().copyOrigin("sealed", in: "depot", version: nil)
            for (encryption, isRefused) in [(nil, true), (ObjectEncryptionRequest.s3, false), (.kms(nil), false)] {
                let put = ObjectPut(bucket: "depot", key: "parts", attributes: .init(), encryption: encryption)
                let upload = try await world.objects().createUpload(put, checksumAlgorithm: nil, checksumType: nil)
                if isRefused {
                    await expectFault(.invalidRequest) { try origin.requireSealing(in: upload) }
                } else {
                    try origin.requireSealing(in: upload)
                }
            }
        }
    }
}

extension World {
    /// Collects everything that no row refers to, also what was released this moment.
    func collectAll() async throws {
        clock.advance(seconds: 3_600)
        let collector = Collector(store: store(World.home), deployment: deployment, schedule: .init(pause: 0, grace: 0))
        _ = try await collector.collect()
    }

    func framesAlive() async throws -> Int64 {
        let index = try Database(path: folder.frameIndex(World.home), schema: .frameIndex)
        defer { try? index.close() }
        return try await index.read { try FrameTable($0).total().frames }
    }
}
