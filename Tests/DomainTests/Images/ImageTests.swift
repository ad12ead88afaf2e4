import Domain
import Testing

@Suite struct ImageTests {
    private func volume(_ name: String, _ snapshot: String?) -> BlockDevice {
        BlockDevice(
            name: name,
            target: .volume(VolumeTemplate(snapshotID: snapshot.map(known), sizeGiB: 1, type: .gp2, deletesOnTermination: true))
        )
    }

    @Test func namesEachSnapshotOnceInTheOrderOfTheDevices() {
        let image = Image.sample(devices: [
            volume("/dev/sdb", "snap-bbbbbbbb"), BlockDevice(name: "/dev/sdc", target: .none), volume("/dev/sdd", nil),
            volume("/dev/sda", "snap-aaaaaaaa"), volume("/dev/sde", "snap-bbbbbbbb"),
        ])
        #expect(image.snapshotIDs.map(\.rawValue) == ["snap-bbbbbbbb", "snap-aaaaaaaa"])
    }

    @Test func onlySomeVolumesTakeSpeeds() {
        #expect([VolumeType.gp3, .io1, .io2].allSatisfy { $0.takesIOPS })
        #expect(![VolumeType.standard, .gp2, .st1, .sc1].contains { $0.takesIOPS })
        #expect(VolumeType.gp3.takesThroughput)
        #expect(![VolumeType.standard, .gp2, .io1, .io2, .st1, .sc1].contains { $0.takesThroughput })
    }
}
