import Domain
import Foundation
import Testing

@Suite struct VolumeTests {
    @Test func theSnapshotsOfAVolumeAreOneLineage() throws {
        var volume = try Volume.sample()
        let first = try volume.snapshot(.random(), description: "one", tags: [], at: Volume.sampleDate)
        #expect(first.state == .pending && first.lineage == first.id && first.parentID == nil)
        #expect(first.volumeID == volume.id.rawValue && first.sizeGiB == 8 && first.description == "one")
        let second = try volume.snapshot(.random(), description: "", tags: [], at: Volume.sampleDate)
        #expect(second.lineage == first.id && second.parentID == first.id)
        // One over a snapshot goes on with that one's.
        volume.lineage = known("snap-0aaaaaaaaaaaaaaaa")
        #expect(try volume.snapshot(.random(), description: "", tags: [], at: Volume.sampleDate).lineage == volume.lineage)
        for state in [Volume.State.creating, .deleting, .error] {
            var volume = try Volume.sample(state: state)
            expectRefusal(.incorrectState) { _ = try volume.snapshot(.random(), description: "", tags: [], at: Volume.sampleDate) }
        }
    }

    @Test func onlyWhatIsThereAndFreeIsDeleted() throws {
        try Volume.sample().requireDeletable()
        try Volume.sample(state: .error).requireDeletable()
        expectRefusal(.incorrectState) { try Volume.sample(state: .creating).requireDeletable() }
    }

    private func attached(_ instance: String, _ device: String) -> VolumeAttachment {
        VolumeAttachment(
            volume: known("vol-0123456789abcdef0"),
            instance: known(instance),
            device: device,
            state: .attached,
            attachedAt: Volume.sampleDate.addingTimeInterval(0.75),
            deletesOnTermination: true
        )
    }

    @Test func everyFilterFindsSomething() throws {
        var volume = try Volume.sample(attachments: [attached("i-0123456789abcdef0", "/dev/sdf")])
        volume.tags = [Tag(key: "Name", value: "data")]
        let empty: Set<String> = ["operator.principal", "snapshot-id", "tag-key", "tag-value"]
        for name in Volume.filterNames {
            let texts = try #require(volume.texts(forFilter: name), "\(name)")
            #expect(texts.isEmpty == empty.contains(name), "\(name)")
            guard let text = texts.first else { continue }
            #expect(try volume.matches([Filter(name: name, values: [text])]), "\(name)")
            #expect(try !volume.matches([Filter(name: name, values: ["\(text)x"])]), "\(name)")
        }
        #expect(volume.texts(forFilter: "attachment.attach-time") == [ISO8601.text(Volume.sampleDate)])
        #expect(volume.texts(forFilter: "attachment.nonsense") == nil && volume.texts(forFilter: "nonsense") == nil)
        #expect(try volume.matches([Filter(name: "tag:Name", values: ["da*"]), Filter(name: "tag-key", values: ["Name"])]))
    }

    @Test func filtersOfAttachmentsAskForOneAttachment() throws {
        let volume = try Volume.sample(
            attachments: [attached("i-0aaaaaaaaaaaaaaaa", "/dev/sdf"), attached("i-0bbbbbbbbbbbbbbbb", "/dev/sdg")]
        )
        func matches(_ instance: String, _ device: String) -> Bool {
            volume.matchesAttachments([
                Filter(name: "attachment.instance-id", values: [instance]), Filter(name: "attachment.device", values: [device]),
            ])
        }
        #expect(matches("i-0aaaaaaaaaaaaaaaa", "/dev/sdf") && matches("i-0b*", "/dev/sdg"))
        #expect(!matches("i-0aaaaaaaaaaaaaaaa", "/dev/sdg"))
        #expect(volume.matchesAttachments([Filter(name: "size", values: ["1"])]))
    }

    @Test func everyStatusIsWell() throws {
        let status = VolumeStatus(of: try Volume.sample())
        #expect(status.status == "ok" && status.details.map(\.status) == ["passed", "normal"])
        #expect(VolumeStatus(of: try Volume.sample(VolumeShapeRequest(sizeGiB: 1))).performance == "not-applicable")
        for name in VolumeStatus.filterNames {
            let texts = try #require(status.texts(forFilter: name))
            #expect(try status.matches([Filter(name: name, values: ["*"])]) == !texts.isEmpty, "\(name)")
        }
    }

    @Test func encryptionFollowsTheSnapshotTheCallAndTheAccount() throws {
        typealias Rules = NewVolumeEncryptionRules
        let (open, own, shared) = (
            Rules.Source(keyARN: nil, isOwn: true), Rules.Source(keyARN: "a key", isOwn: true), Rules.Source(keyARN: "a key", isOwn: false)
        )
        func outcome(_ source: Rules.Source?, _ isEncrypted: Bool?, _ key: String? = nil, default isOn: Bool = false) throws
            -> EncryptionOutcome
        {
            try Rules.outcome(EncryptionRequest(isEncrypted: isEncrypted, key: key), source: source, isOnByDefault: isOn)
        }
        for source in [nil, open] {
            #expect(try outcome(source, nil) == .open)
            #expect(try outcome(source, false) == .open)
            #expect(try outcome(source, true) == .encrypted(under: .accountDefault))
            #expect(try outcome(source, false, default: true) == .encrypted(under: .accountDefault))
        }
        // Ansible always sends false.
        for isEncrypted in [nil, false, true] {
            #expect(try outcome(own, isEncrypted) == .encrypted(under: .inherited("a key")))
            #expect(try outcome(shared, isEncrypted) == .encrypted(under: .accountDefault))
        }
        for source in [nil, open, own, shared] {
            #expect(try outcome(source, true, "another") == .encrypted(under: .named("another")))
            expectRefusal(.invalidParameterDependency) { _ = try outcome(source, nil, "another") }
        }
    }
}
