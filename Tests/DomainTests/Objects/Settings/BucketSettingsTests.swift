import Domain
import Foundation
import Testing

/// Who gets into a bucket by what is set of it (docs/behaviour/s3.md).
@Suite struct BucketSettingsTests {
    private static func settings(_ ownership: Domain.ObjectOwnership?, _ publicAccess: PublicAccessBlock? = nil) -> BucketSettings {
        var settings = BucketSettings()
        (settings.ownership, settings.publicAccess) = (ownership, publicAccess)
        return settings
    }

    private static func code(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return (error as? Fault)?.code.rawValue ?? "\(error)"
        }
    }

    @Test(arguments: CannedACL.allCases) func aBucketWhoseOwnerOwnsAllTakesNoACLs(_ acl: CannedACL) {
        var bucket = Self.settings(.bucketOwnerEnforced)
        #expect(Self.code { try bucket.set(acl) } == "AccessControlListNotSupported")
        #expect(bucket.acl == nil)
        // What says nothing new may come with an object.
        let isTaken = acl == .private || acl == .bucketOwnerFullControl
        #expect(Self.code { try bucket.requireWritable(acl) } == (isTaken ? nil : "AccessControlListNotSupported"))
    }

    @Test(arguments: CannedACL.allCases) func aBlockKeepsPublicACLsOut(_ acl: CannedACL) {
        var bucket = Self.settings(.objectWriter, .all)
        let expected = acl.isPublic ? "AccessDenied" : nil
        #expect(Self.code { try bucket.set(acl) } == expected)
        #expect(Self.code { try bucket.requireWritable(acl) } == expected)
        #expect(bucket.acl == (acl.isPublic ? nil : acl))
    }

    @Test(arguments: CannedACL.allCases) func ownershipIsNotTakenBackFromUnderAnACL(_ acl: CannedACL) throws {
        var bucket = Self.settings(.objectWriter)
        try bucket.set(acl)
        #expect(Self.code { try bucket.set(.bucketOwnerEnforced) } == (acl.isOpenToOthers ? "InvalidBucketAclWithObjectOwnership" : nil))
        #expect(bucket.ownership == (acl.isOpenToOthers ? .objectWriter : .bucketOwnerEnforced))
        #expect(Self.code { try bucket.set(.bucketOwnerPreferred) } == nil)
    }

    @Test func aNewBucketTakesACLsOnlyWhenItIsAskedTo() throws {
        #expect(try BucketSettings.made(ownership: nil, acl: nil) == .standard)
        #expect(try BucketSettings.made(ownership: nil, acl: .private).ownership == .bucketOwnerPreferred)
        #expect(try BucketSettings.made(ownership: .objectWriter, acl: .awsExecRead).acl == .awsExecRead)
        #expect(Self.code { _ = try BucketSettings.made(ownership: nil, acl: .awsExecRead) } == "InvalidBucketAclWithObjectOwnership")
        #expect(
            Self.code { _ = try BucketSettings.made(ownership: .objectWriter, acl: .publicRead) }
                == "InvalidBucketAclWithBlockPublicAccessError"
        )
    }

    @Test func aPublicPolicyIsBlocked() throws {
        let text = #"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::depot/*"}]}"#
        let policy = try BucketPolicy(parsing: Array(text.utf8), for: "depot")
        var blocked = Self.settings(nil, .all)
        #expect(Self.code { try blocked.set(policy, naming: .none) } == "AccessDenied")
        #expect(blocked.policy == nil)
        var open = Self.settings(nil)
        try open.set(policy, naming: .none)
        #expect(open.policy?.text == text)
    }

    @Test func settingsComeBackFromWhatIsKeptOfThem() throws {
        var settings = try BucketSettings.made(ownership: .objectWriter, acl: .awsExecRead)
        settings.tags = [Tag(key: "b", value: "1"), Tag(key: "a", value: "")]
        settings.location = "EU"
        settings.encryption = BucketEncryption(.kms("alias/mine", hasBucketKey: true), isBucketKeyEnabled: true, blockedTypes: ["SSE-C"])
        for value in [settings, .standard, BucketSettings()] {
            #expect(try JSONDecoder().decode(BucketSettings.self, from: JSONEncoder().encode(value)) == value)
        }
    }
}
