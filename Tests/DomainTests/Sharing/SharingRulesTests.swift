import Domain
import Foundation
import Testing

@Suite struct SharingRulesTests {
    private static let bob = ShareTarget.account(known("444455556666"))

    private func code(_ body: () throws -> Void) -> FaultCode? {
        do {
            try body()
            return nil
        } catch {
            return (error as? Fault)?.code
        }
    }

    private func snapshot(encrypted: Bool) -> Snapshot {
        Snapshot(
            id: known("snap-0aaaaaaaaaaaaaaaa"),
            owner: known("111122223333"),
            volumeID: Snapshot.copiedVolumeID,
            description: "",
            state: .completed,
            startedAt: Date(timeIntervalSince1970: 0),
            sizeGiB: 1,
            lineage: known("snap-0aaaaaaaaaaaaaaaa"),
            encryption: encrypted ? SnapshotEncryption(domain: .random(), keyARN: "arn:aws:kms:us-east-1:111122223333:key/a") : nil
        )
    }

    @Test func textsAreReadAndWrittenAlike() throws {
        for text in [
            "all", "444455556666", "arn:aws:organizations::111122223333:organization/o-exampleorgid",
            "arn:aws:organizations::111122223333:ou/o-exampleorgid/ou-ab12-11111111",
        ] {
            #expect(ShareTarget(rawValue: text)?.rawValue == text)
        }
        for text in [
            "", "everyone", "4444", "arn:aws:organizations::111122223333:root/o-exampleorgid/r-ab12", "arn:aws:iam::444455556666:root",
        ] {
            #expect(ShareTarget(rawValue: text) == nil)
            #expect(code { _ = try ShareTarget(userID: text) } == .invalidImageAttributeItemValue)
            #expect(code { _ = try ShareTarget(group: text) } == .invalidImageAttributeItemValue)
            #expect(code { _ = try ShareTarget(organizationARN: text) } == .invalidImageAttributeItemValue)
            #expect(code { _ = try ShareTarget(organizationalUnitARN: text) } == .invalidImageAttributeItemValue)
        }
    }

    @Test func aChangeNeverContradictsItself() throws {
        #expect(code { _ = try SharingChange(adding: [Self.bob], removing: [Self.bob]) } == .invalidParameterCombination)
        let change = try SharingChange(adding: [Self.bob], removing: [.everyone])
        #expect(change.applied(to: [.everyone]) == [Self.bob])
        #expect(change.applied(to: [Self.bob]) == [Self.bob])
    }

    @Test func imagesAreSharedAsFarAsTheirSnapshotsLet() throws {
        let image = Image.sample(state: .available)
        func check(_ added: Set<ShareTarget>, _ current: Set<ShareTarget> = [], encrypted: Bool, managed: Bool = false) -> FaultCode? {
            code {
                try SharingRules.check(
                    SharingChange(adding: added, removing: []),
                    of: image,
                    sharedWith: current,
                    atMost: Quota.imageSharing.standard,
                    over: [snapshot(encrypted: encrypted)],
                    isManaged: { _ in managed }
                )
            }
        }
        #expect(check([.everyone, Self.bob], encrypted: false) == nil)
        #expect(check([Self.bob], encrypted: true) == nil)
        #expect(check([.everyone], encrypted: true) == .unsupportedOperation)
        #expect(check([Self.bob], encrypted: true, managed: true) == .invalidParameter)
        #expect(check([Self.bob], [Self.bob], encrypted: true, managed: true) == nil)

        let many = Set(try (0..<1000).map { try ShareTarget(userID: String(100_000_000_000 + $0)) })
        #expect(check(many.union([.everyone]), encrypted: false) == nil)
        #expect(check([Self.bob], many, encrypted: false) == .resourceLimitExceeded)
        #expect(check([try #require(many.first)], many, encrypted: false) == nil)
        let tooMany = Set(try (0..<10_001).map { try ShareTarget(userID: String(100_000_000_000 + $0)) })
        #expect(check(tooMany, encrypted: false) == .invalidParameterValue)
    }

    @Test func snapshotsAreSharedAsTheirKeysLet() throws {
        func check(_ added: Set<ShareTarget>, _ removed: Set<ShareTarget> = [], encrypted: Bool, managed: Bool = false) -> FaultCode? {
            code {
                try SharingRules.check(
                    SharingChange(adding: added, removing: removed),
                    of: snapshot(encrypted: encrypted),
                    isManaged: { _ in managed }
                )
            }
        }
        #expect(check([.everyone, Self.bob], encrypted: false) == nil)
        #expect(check([Self.bob], [.everyone], encrypted: false) == .invalidParameterCombination)
        #expect(check([Self.bob], encrypted: true) == nil)
        #expect(check([.everyone], encrypted: true) == .operationNotPermitted)
        #expect(check([Self.bob], encrypted: true, managed: true) == .operationNotPermitted)
        #expect(check([], [Self.bob], encrypted: true, managed: true) == nil)
        let many = Set(try (0..<501).map { try ShareTarget(userID: String(100_000_000_000 + $0)) })
        #expect(check(many, encrypted: false) == .invalidParameterValue)
        #expect(check(many.subtracting([try #require(many.first)]), encrypted: false) == nil)
    }

    @Test func whatIsBlockedIsNotPermitted() {
        #expect(code { try ImageBlockPublicAccess.unblocked.requireSharing() } == nil)
        #expect(code { try ImageBlockPublicAccess.blockNewSharing.requireSharing() } == .operationNotPermitted)
        #expect(code { try SnapshotBlockPublicAccess.unblocked.requireSharing() } == nil)
        #expect(code { try SnapshotBlockPublicAccess.blockNewSharing.requireSharing() } == .operationNotPermitted)
        #expect(code { try SnapshotBlockPublicAccess.blockAllSharing.requireSharing() } == .operationNotPermitted)
    }
}
