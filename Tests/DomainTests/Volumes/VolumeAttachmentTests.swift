import Domain
import Testing

/// The states of attachments, and of volumes that have them.
@Suite struct VolumeAttachmentTests {
    private let one: InstanceID = known("i-0aaaaaaaaaaaaaaaa")
    private let other: InstanceID = known("i-0bbbbbbbbbbbbbbbb")
    private let zone: AvailabilityZone = known("us-east-1a")

    @Test func aVolumeIsInUseFromTheCallUntilItIsGone() throws {
        var volume = try Volume.sample()
        let begun = try volume.attach(to: one, in: zone, as: "/dev/sdf", deletesOnTermination: true, at: Volume.sampleDate)
        #expect(volume.state == .inUse && begun.state == .attaching && begun.deletesOnTermination)
        volume.finishAttaching(to: one)
        #expect(volume.attachments.map(\.state) == [.attached])
        #expect(try volume.detach(from: nil).state == .detaching)
        // What comes late changes nothing.
        volume.finishAttaching(to: one)
        #expect(volume.state == .inUse && volume.attachments.map(\.state) == [.detaching])
        volume.finishDetaching(from: other)
        #expect(volume.attachments.count == 1)
        volume.finishDetaching(from: one)
        #expect(volume.state == .available && volume.attachments.isEmpty)
    }

    /// A guest may hold on to what it is asked for, but not to what is taken by force.
    @Test func aVolumeThatIsHeldIsTakenByForce() throws {
        var volume = try Volume.sample()
        try volume.attach(to: one, in: zone, as: "/dev/sdf", at: Volume.sampleDate)
        volume.isHeld(by: one)
        #expect(volume.attachments.map(\.state) == [.attaching], "nobody asked for it")
        volume.finishAttaching(to: one)
        try volume.detach(from: one)
        volume.isHeld(by: other)
        #expect(volume.attachments.map(\.state) == [.detaching])
        volume.isHeld(by: one)
        #expect(try volume.detach(from: one).state == .busy)
        #expect(try volume.detach(from: one, force: true).state == .forced)
        #expect(try volume.detach(from: one).state.told == "detaching")
        volume.isHeld(by: one)
        #expect(volume.attachments.map(\.state) == [.forced])
    }

    @Test func aVolumeIsAttachedOnceUnlessItMayBeOftener() throws {
        var volume = try Volume.sample()
        try volume.attach(to: one, in: zone, as: "/dev/sdf", at: Volume.sampleDate)
        expectRefusal(.volumeInUse) { try volume.attach(to: other, in: zone, as: "/dev/sdf", at: Volume.sampleDate) }
        var shared = try Volume.sample(VolumeShapeRequest(type: .io2, sizeGiB: 8, iops: 100, isMultiAttachEnabled: true))
        try shared.attach(to: other, in: zone, as: "/dev/sdf", at: Volume.sampleDate)
        try shared.attach(to: one, in: zone, as: "/dev/sdg", at: Volume.sampleDate)
        #expect(shared.attachments.map(\.instance) == [one, other])
        expectRefusal(.volumeInUse) { try shared.attach(to: one, in: zone, as: "/dev/sdh", at: Volume.sampleDate) }
        expectRefusal(.invalidParameterCombination) { try shared.detach(from: nil) }
        #expect(try shared.detach(from: one, device: "/dev/sdg").instance == one)
        shared.finishDetaching(from: one)
        #expect(shared.state == .inUse)
        for number in 0..<15 { try shared.attach(to: known("i-000000\(number + 10)"), in: zone, as: "/dev/sdf", at: Volume.sampleDate) }
        expectRefusal(.attachmentLimitExceeded) { try shared.attach(to: one, in: zone, as: "/dev/sdf", at: Volume.sampleDate) }
    }

    @Test func whatCannotBeAttachedOrDetachedIsRefused() throws {
        var volume = try Volume.sample()
        expectRefusal(.invalidVolumeZoneMismatch) {
            try volume.attach(to: one, in: known("us-east-1b"), as: "/dev/sdf", at: Volume.sampleDate)
        }
        expectRefusal(.incorrectState) { try volume.detach(from: one) }
        try volume.attach(to: one, in: zone, as: "xvdba", at: Volume.sampleDate)
        expectRefusal(.invalidAttachmentNotFound) { try volume.detach(from: other) }
        expectRefusal(.invalidAttachmentNotFound) { try volume.detach(from: one, device: "/dev/sdf") }
        expectRefusal(.volumeInUse) { try volume.requireDeletable() }
        for state in [Volume.State.creating, .deleting, .error] {
            var volume = try Volume.sample(state: state)
            expectRefusal(.incorrectState) { try volume.attach(to: one, in: zone, as: "/dev/sdf", at: Volume.sampleDate) }
        }
    }

    @Test(arguments: ["/dev/sdf", "/dev/sda1", "/dev/xvdf", "xvdba", "sdp6", "/dev/hdb"]) func devices(name: String) throws {
        try VolumeAttachment.checkDevice(name)
    }

    @Test(arguments: ["", "sd", "/dev/", "/dev/nvme0n1", "/dev/sdf/..", "/tmp/x", "/dev/sdabc", "/dev/sda100"]) func noDevices(name: String)
    {
        expectRefusal(.invalidParameterValue) { try VolumeAttachment.checkDevice(name) }
    }
}
