import Client
import NIOCore
import NIOHTTP1
import Testing

@Suite struct RegisterImageTests {
    private let image = ImageRegistration(
        name: "web",
        details: nil,
        architecture: "x86_64",
        rootDeviceName: "/dev/sda1",
        bootMode: nil,
        snapshotID: "snap-1",
        sizeGiB: 3,
        tags: [ResourceTag(key: "a", value: "b c")]
    )

    /// Loses every RegisterImage after taking it, and lists what the test says.
    private func losing(_ reply: StubReply, images: String) -> StubServer.Script {
        { request in
            guard request.form("Action") == "DescribeImages" else { return reply }
            return .xml("<DescribeImagesResponse><imagesSet>\(images)</imagesSet></DescribeImagesResponse>")
        }
    }

    private static let registered = """
        <item><imageId>ami-7</imageId><name>web</name><blockDeviceMapping><item><deviceName>/dev/sda1</deviceName>\
        <ebs><snapshotId>snap-1</snapshotId></ebs></item></blockDeviceMapping></item>
        """

    private func sent(_ world: StubWorld) -> [String] { world.server.requests.compactMap { $0.form("Action") } }

    @Test func itIsNeverSentTwiceOnceItMayHaveBeenTaken() async throws {
        try await withStub(script: losing(.hangUp, images: "")) { world in
            await #expect(throws: ConnectionFailure.self) { try await world.client.registerImage(image, region: "us-east-1") }
            #expect(sent(world) == ["RegisterImage", "DescribeImages"])
        }
    }

    @Test func aLostAnswerIsRecoveredByTheSnapshot() async throws {
        try await withStub(script: losing(.hangUp, images: Self.registered)) { world in
            let id = try await world.client.registerImage(image, region: "us-east-1")
            #expect(id == "ami-7")
        }
    }

    @Test func anInternalErrorIsNotRepeatedEither() async throws {
        try await withStub(script: losing(.xml("<x/>", status: 500), images: "")) { world in
            await #expect(throws: AWSError.self) { try await world.client.registerImage(image, region: "us-east-1") }
            #expect(sent(world) == ["RegisterImage", "DescribeImages"])
        }
    }

    @Test func aThrottleIsRepeatedBecauseNothingWasTaken() async throws {
        let queue = ReplyQueue([
            .xml("<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>", status: 503),
            .xml("<RegisterImageResponse><imageId>ami-8</imageId></RegisterImageResponse>"),
        ])
        try await withStub(script: { _ in await queue.next() }) { world in
            #expect(try await world.client.registerImage(image, region: "us-east-1") == "ami-8")
            let request = try #require(world.server.requests.last)
            #expect(request.form("BlockDeviceMapping.1.Ebs.SnapshotId") == "snap-1")
            #expect(request.form("BlockDeviceMapping.1.Ebs.VolumeSize") == "3")
            #expect(request.form("BlockDeviceMapping.1.Ebs.DeleteOnTermination") == "true")
            #expect(request.form("VirtualizationType") == "hvm")
            #expect(request.form("EnaSupport") == "true")
            #expect(request.form("TagSpecification.1.ResourceType") == "image")
            #expect(request.form("TagSpecification.1.Tag.1.Value") == "b c")
            #expect(request.form("BootMode") == nil && request.form("Description") == nil)
        }
    }

    @Test func aLostBundleIsRecoveredByItsManifest() async throws {
        let bundle = BundleRegistration(
            name: "web",
            details: "d",
            manifest: ObjectPlace(bucket: "depot", key: "web/m.xml"),
            hasKernel: false
        )
        let other = "<item><imageId>ami-8</imageId><name>web</name><imageLocation>depot/web/other.xml</imageLocation></item>"
        let own = "<item><imageId>ami-9</imageId><name>web</name><imageLocation>depot/web/m.xml</imageLocation></item>"
        try await withStub(script: losing(.hangUp, images: other + own)) { world in
            #expect(try await world.client.registerImage(bundle, region: "us-east-1") == "ami-9")
            let request = try #require(world.server.requests.first)
            #expect(request.form("ImageLocation") == "depot/web/m.xml")
            #expect(request.form("VirtualizationType") == "hvm")
            #expect(request.form("Description") == "d")
        }
        try await withStub(script: losing(.hangUp, images: other)) { world in
            await #expect(throws: ConnectionFailure.self) { try await world.client.registerImage(bundle, region: "us-east-1") }
        }
    }
}
