import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// What a bucket has that nobody set.
@Suite struct BucketDefaultsTests {
    @Test func aNewBucketPutsUnderTheKeyOfS3() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let settings = try await world.buckets().settings(of: "depot")
            #expect(settings == .standard)
            #expect(settings.encryption?.request == .s3)
            #expect(settings.ownership == .bucketOwnerEnforced)
            #expect(settings.publicAccess == .all)
        }
    }

    @Test func whatTheCallerSetsOutweighsTheDefaults() async throws {
        try await World.run { world in
            let settings = try BucketSettings.made(ownership: .objectWriter, acl: nil)
            try await world.buckets().create("depot", settings: settings)
            #expect(try await world.buckets().settings(of: "depot").ownership == .objectWriter)
            #expect(try await world.buckets().settings(of: "depot").encryption == .standard)
        }
    }

    /// As a data folder has it that an older Ferry made: nothing is set.
    @Test func anOlderBucketStaysAsItIsUntilItIsReset() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            try await world.buckets().change("depot") { $0 = BucketSettings() }
            let content = SampleBody.content(600_000, seed: 1)
            let standard = try await world.buckets().settings(of: "depot").encryption?.request
            #expect(standard == nil)
            let object = try await world.put("key", content, under: standard)
            #expect(object.encryption == nil)
            try await world.buckets().change("depot") { $0.encryption = .standard }
            #expect(try await world.buckets().settings(of: "depot").encryption?.request == .s3)
            #expect(try await world.read(object) == content)
        }
    }

    @Test func aChangeThatIsRefusedChangesNothing() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            await #expect(throws: Fault.self) {
                try await world.buckets().change("depot") { settings in
                    settings.tags = [Tag(key: "a", value: "b")]
                    try settings.set(.publicRead)
                }
            }
            #expect(try await world.buckets().settings(of: "depot") == .standard)
        }
    }

    /// The rules about ACLs hold for whoever writes, a job as well as a request.
    @Test func anACLThatTheBucketDoesNotTakeIsRefusedBeforeTheBody() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            var body = SampleBody(SampleBody.content(1000, seed: 2))
            let put = ObjectPut(bucket: "depot", key: "key", attributes: ObjectAttributes(acl: .awsExecRead))
            await #expect(throws: Fault.self) { _ = try await world.objects().put(put, &body) }
            try await world.buckets().change("depot") { $0.ownership = .bucketOwnerPreferred }
            _ = try await world.objects().put(put, &body)
        }
    }

    /// Objects share by the key of S3 as they did in the open, whatever their buckets.
    @Test func equalObjectsOfTwoBucketsAreStoredOnce() async throws {
        try await World.run { world in
            for name in ["depot", "other"] { try await world.buckets().create(name) }
            let content = SampleBody.content(2_000_000, seed: 3)
            try await world.put("one", content, under: .s3)
            let appended = world.store(World.home).blocks.statistics.counts.framesAppended
            let second = try await world.put("two", content, in: "other", under: .s3)
            #expect(world.store(World.home).blocks.statistics.counts.framesAppended == appended)
            #expect(try await world.read(second) == content)
        }
    }
}
