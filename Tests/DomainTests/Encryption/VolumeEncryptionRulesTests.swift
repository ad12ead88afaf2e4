import Domain
import Foundation
import Testing

@Suite struct VolumeEncryptionRulesTests {
    private func snapshot(isEncrypted: Bool) -> Snapshot {
        Snapshot(
            id: known("snap-0123456789abcdef0"),
            owner: known("123456789012"),
            volumeID: Snapshot.copiedVolumeID,
            description: "",
            state: .completed,
            startedAt: Date(timeIntervalSince1970: 0),
            sizeGiB: 1,
            lineage: known("snap-0123456789abcdef0"),
            encryption: isEncrypted ? SnapshotEncryption(domain: .random(), keyARN: "arn") : nil
        )
    }

    @Test func aDeviceIsAsItsSnapshotIs() throws {
        for isEncrypted in [false, true] {
            let snapshot = snapshot(isEncrypted: isEncrypted)
            #expect(try VolumeEncryptionRules.isEncrypted(EncryptionRequest(), snapshot: snapshot) == isEncrypted)
            for given in [false, true] {
                let fault = #expect(throws: Fault.self) {
                    _ = try VolumeEncryptionRules.isEncrypted(EncryptionRequest(isEncrypted: given), snapshot: snapshot)
                }
                #expect(fault?.code == .invalidParameterCombination)
            }
        }
    }

    @Test func anEmptyVolumeIsAsTheCallSays() throws {
        #expect(try !VolumeEncryptionRules.isEncrypted(EncryptionRequest(), snapshot: nil))
        #expect(try !VolumeEncryptionRules.isEncrypted(EncryptionRequest(isEncrypted: false), snapshot: nil))
        #expect(try VolumeEncryptionRules.isEncrypted(EncryptionRequest(isEncrypted: true), snapshot: nil))
        let fault = #expect(throws: Fault.self) {
            _ = try VolumeEncryptionRules.isEncrypted(EncryptionRequest(isEncrypted: true, key: "alias/k"), snapshot: nil)
        }
        #expect(fault?.code == .invalidParameterCombination)
    }
}
