import Client
import NIOCore
import Testing

@Suite struct CopyStateTests {
    @Test func statusMessages() {
        #expect(CopyStatusMessage("Copied 1073741824 of 2147483648 bytes") == .copying(done: 1_073_741_824, total: 2_147_483_648))
        #expect(CopyStatusMessage("Copied 2147483648 bytes, moved 104857600") == .copied(total: 2_147_483_648, moved: 104_857_600))
        let late = "; late, it was due at 2026-11-22T19:34:32.000Z"
        #expect(CopyStatusMessage("Copied 5 of 10 bytes" + late) == .copying(done: 5, total: 10))
        #expect(CopyStatusMessage("Copied 10 bytes") == .copied(total: 10, moved: nil))
        #expect(CopyStatusMessage("Copied 10 bytes, moved 4" + late) == .copied(total: 10, moved: 4))
        for other in ["", "Copied", "Copied x of y bytes", "Copied 1 of 2", "Given key ID is not accessible", "Copied 1 bytes, moved x"] {
            #expect(CopyStatusMessage(other) == nil)
        }
    }

    /// Reads an image and its snapshots as the command does.
    private func state(image: String, snapshots: String) async throws -> CopyState {
        let script: StubServer.Script = { request in
            request.form("Action") == "DescribeImages"
                ? .xml("<DescribeImagesResponse><imagesSet>\(image)</imagesSet></DescribeImagesResponse>")
                : .xml("<DescribeSnapshotsResponse><snapshotSet>\(snapshots)</snapshotSet></DescribeSnapshotsResponse>")
        }
        return try await withStub(script: script) { world in
            let image = try await world.client.image("ami-1", region: "eu-west-1")
            let snapshots = try await world.client.snapshots(image?.snapshotIDs ?? [], region: "eu-west-1")
            return CopyState(image: image, snapshots: snapshots)
        }
    }

    private func image(_ state: String, _ snapshots: String...) -> String {
        let items = snapshots.map { "<item><deviceName>/dev/\($0)</deviceName><ebs><snapshotId>\($0)</snapshotId></ebs></item>" }
        return
            "<item><imageId>ami-1</imageId><imageState>\(state)</imageState><blockDeviceMapping>\(items.joined())</blockDeviceMapping></item>"
    }

    private func snapshot(_ id: String, _ state: String, _ message: String, progress: String = "10%") -> String {
        "<item><snapshotId>\(id)</snapshotId><status>\(state)</status><statusMessage>\(message)</statusMessage><progress>\(progress)</progress><volumeSize>1</volumeSize></item>"
    }

    @Test func severalSnapshotsAddUp() async throws {
        let running = try await state(
            image: image("pending", "snap-1", "snap-2"),
            snapshots: snapshot("snap-2", "pending", "Copied 5 of 10 bytes") + snapshot("snap-1", "completed", "Copied 100 bytes, moved 40")
        )
        #expect(running == .running(CopyAmounts(done: 105, total: 110, moved: nil)))
        let ended = try await state(
            image: image("available", "snap-1", "snap-2"),
            snapshots: snapshot("snap-1", "completed", "Copied 100 bytes, moved 40")
                + snapshot("snap-2", "completed", "Copied 10 bytes, moved 0")
        )
        #expect(ended == .available(CopyAmounts(done: 110, total: 110, moved: 40)))
    }

    @Test func aServerThatTellsOnlyPercentagesIsEstimated() async throws {
        let running = try await state(image: image("pending", "snap-1"), snapshots: snapshot("snap-1", "pending", "", progress: "37%"))
        guard case .running(let amounts) = running else { return #expect(Bool(false), "\(running)") }
        #expect(amounts.total == 1 << 30)
        #expect((0.36...0.38).contains(Double(amounts.done) / Double(1 << 30)))
    }

    @Test func aBundleTellsInItsOwnReason() async throws {
        func bundled(_ state: String, _ message: String) -> String {
            "<item><imageId>ami-1</imageId><imageState>\(state)</imageState><rootDeviceType>instance-store</rootDeviceType>"
                + "<stateReason><code>pending</code><message>\(message)</message></stateReason></item>"
        }
        let running = try await state(image: bundled("pending", "Copied 5 of 10 bytes"), snapshots: "")
        #expect(running == .running(CopyAmounts(done: 5, total: 10, moved: nil)))
        let unknown = CopyAmounts(done: 0, total: nil, moved: nil)
        #expect(try await state(image: bundled("pending", ""), snapshots: "") == .running(unknown))
        let ended = "<item><imageId>ami-1</imageId><imageState>available</imageState><rootDeviceType>instance-store</rootDeviceType></item>"
        #expect(try await state(image: ended, snapshots: "") == .available(unknown))
        #expect(try await state(image: bundled("failed", "Part 1 is damaged"), snapshots: "") == .failed("Part 1 is damaged"))
    }

    @Test func failuresHaveTheirReason() async throws {
        let failed = try await state(
            image: image("failed", "snap-1"),
            snapshots: snapshot("snap-1", "error", "block 7 is damaged in us-east-1")
        )
        #expect(failed == .failed("block 7 is damaged in us-east-1"))
        #expect(try await state(image: "", snapshots: "") == .failed("the image was deregistered while it was copied"))
    }
}
