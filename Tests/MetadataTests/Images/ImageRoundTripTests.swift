import Domain
import Metadata
import TestSupport
import Testing

@Suite struct ImageRoundTripTests {
    private func roundTrip(_ image: Image) throws -> Image? {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            try ImageTable(transaction).insert(image)
            try TagTable(transaction).set(image.tags, on: .image(image.id), by: image.owner)
        }
        return try temporary.read { try ImageTable($0).image(image.id) }
    }

    @Test func anImageInWhichEverythingIsSet() throws {
        var image = Image.sample(1, name: "it's \"x\" ; DROP TABLE images; --", source: .init(id: numbered(7), region: known("us-west-2")))
        image.description = "Größe 👍🏽\nline"
        image.state = .failed
        image.stateReason = StateReason(code: "Server.InternalError", message: "It broke")
        image.traits = MachineTraits(
            architecture: .arm64Mac,
            virtualization: .paravirtual,
            kernelID: "aki-00000001",
            ramdiskID: "ari-00000002",
            enaSupport: true,
            sriovNetSupport: "simple",
            bootMode: .uefiPreferred,
            tpmSupport: "v2.0",
            imdsSupport: "v2.0",
            uefiData: String(repeating: "A", count: 64_000)
        )
        image.devices = Self.devices
        image.tags = [Tag(key: "Name", value: "web"), Tag(key: "empty", value: ""), Tag(key: "Ä", value: "é")]
        image.deprecatedAt = date()
        image.sourceInstance = known("i-0123456789abcdef0")
        for protection in [
            DeregistrationProtection.disabled, .enabled(withCooldown: false), .enabled(withCooldown: true), .cooling(until: date()),
        ] {
            image.protection = protection
            #expect(try roundTrip(image) == image)
        }
    }

    @Test func anInstanceStoreImage() throws {
        var image = Image.sample(1, state: .pending)
        image.rootDeviceName = ""
        image.bundle = ImageBundle(
            manifest: known("bucket/ü/image.manifest.xml"),
            version: "3sL4kqtJlcpXroDTDmJ",
            etag: "d41d8cd98f00b204e9800998ecf8427e-2",
            imageBytes: 10 << 30,
            bundleBytes: 5 << 30
        )
        #expect(try roundTrip(image) == image)
    }

    @Test func anImageInWhichNothingIsSet() throws {
        let image = Image.sample(1)
        #expect(try roundTrip(image) == image)
    }

    @Test(arguments: seeds(2))
    func randomDevicesInTheirOrder(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let temporary = try TemporaryDatabase()
        var images: [Image] = []
        for number in 0..<200 {
            var image = Image.sample(number)
            image.devices = Self.devices.filter { _ in random.oneIn(2) }.shuffled(using: &random)
            images.append(image)
        }
        try temporary.write { transaction in for image in images.shuffled(using: &random) { try ImageTable(transaction).insert(image) } }
        #expect(try temporary.read { try ImageTable($0).images(ids: images.map(\.id)) } == images)
    }

    @Test func stateAndDescriptionChange() throws {
        let temporary = try TemporaryDatabase()
        let reason = StateReason(code: "Client.InternalError", message: "m")
        try temporary.write { transaction throws in
            let table = ImageTable(transaction)
            for number in 1...2 { try table.insert(.sample(number, state: .pending)) }
            try table.setDescription("new", of: numbered(1))
            try table.setState(.failed, reason: reason, of: numbered(1))
        }
        let images = try temporary.read { try ImageTable($0).images(ids: [numbered(1), numbered(2)]) }
        #expect(images.map(\.description) == ["new", ""])
        #expect(images.map(\.state) == [.failed, .pending])
        #expect(images.map(\.stateReason) == [reason, nil])

        try temporary.write { try ImageTable($0).setState(.available, reason: nil, of: numbered(1)) }
        #expect(try temporary.read { try ImageTable($0).image(numbered(1)) }?.stateReason == nil)
    }

    @Test func whatIsUnknownIsNotFound() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try ImageTable($0).insert(.sample(1)) }
        #expect(try temporary.read { try ImageTable($0).image(numbered(2)) } == nil)
        #expect(try temporary.read { try ImageTable($0).images(ids: []) }.isEmpty)
        #expect(try temporary.read { try ImageTable($0).images(ids: [numbered(2), numbered(1), numbered(1)]) } == [.sample(1)])
    }

    /// Every kind of device, each setting set and not set.
    private static let devices: [BlockDevice] = {
        var devices = [
            BlockDevice(name: "/dev/sdx", target: .ephemeral(virtualName: "ephemeral0")), BlockDevice(name: "/dev/sdy", target: .none),
        ]
        for (index, type) in [VolumeType.standard, .gp2, .gp3, .io1, .io2, .st1, .sc1].enumerated() {
            for isFull in [false, true] {
                devices.append(
                    BlockDevice(
                        name: "/dev/sd\(index)\(isFull)",
                        target: .volume(
                            VolumeTemplate(
                                snapshotID: isFull ? numbered(index) : nil,
                                sizeGiB: isFull ? 65_536 : 1,
                                type: type,
                                iops: isFull ? 3000 : nil,
                                throughput: isFull ? 125 : nil,
                                deletesOnTermination: isFull,
                                isEncrypted: isFull
                            )
                        )
                    )
                )
            }
        }
        return devices
    }()
}
