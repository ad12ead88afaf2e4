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
            #expect(try await world.buckets().encryptionDefault(of: "depot") == .s3)
            for setting in [BucketSetting.encryption, .ownership, .publicAccessBlock] {
                #expect(try await world.buckets().setting(setting, of: "depot") != nil, "\(setting)")
            }
        }
    }

    @Test func whatTheCallerSetsOutweighsTheDefaults() async throws {
        try await World.run { world in
            try await world.buckets().create("depot", settings: [.ownership: Array("own".utf8)])
            #expect(try await world.buckets().setting(.ownership, of: "depot") == Array("own".utf8))
            #expect(try await world.buckets().encryptionDefault(of: "depot") == .s3)
        }
    }

    /// As a data folder has it that an older Ferry made: no rows.
    @Test func anOlderBucketStaysAsItIsUntilItIsReset() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            for setting in BucketSetting.allCases { try await world.buckets().set(setting, of: "depot", to: nil) }
            #expect(try await world.buckets().encryptionDefault(of: "depot") == nil)
            let content = SampleBody.content(600_000, seed: 1)
            let object = try await world.put("key", content, under: try await world.buckets().encryptionDefault(of: "depot"))
            #expect(object.encryption == nil)
            try await world.buckets().resetEncryption(of: "depot")
            #expect(try await world.buckets().encryptionDefault(of: "depot") == .s3)
            #expect(try await world.buckets().setting(.encryption, of: "depot") != nil)
            #expect(try await world.read(object) == content)
        }
    }

    @Test func aKeyOfKMSIsKeptAndResetGoesBackToTheKeyOfS3() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            let wish = ObjectEncryptionRequest.kms("alias/mine", hasBucketKey: true)
            try await world.buckets().setEncryption(Array("document".utf8), asking: wish, of: "depot")
            #expect(try await world.buckets().encryptionDefault(of: "depot") == wish)
            try await world.buckets().resetEncryption(of: "depot")
            #expect(try await world.buckets().encryptionDefault(of: "depot") == .s3)
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
