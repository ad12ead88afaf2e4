import Blocks
import Domain
import Metadata
import Services
import Synchronization
import TestSupport
import Testing

/// CopyImage of an image with one disk, with a client token, until the image is available.
final class CopySaga: Saga {
    private static let blocks: [Int64: UInt64] = [0: 1, 5: 2]
    private let source = Mutex<ImageID?>(nil)
    private let copy = Mutex<Set<ImageID>>([])

    func prepare(_ deployment: Deployment) async throws {
        let upload = UploadSaga(blocks: Self.blocks)
        try await upload.push(to: try deployment.call(World.home))
        let images = Images(try deployment.call(World.home))
        let id = try await images.register(.over([try #require(upload.snapshot)], name: "web"))
        source.withLock { $0 = id }
    }

    func run(on deployment: Deployment, in world: SagaWorld) async throws {
        let call = try deployment.call(World.away)
        guard let source = source.withLock({ $0 }) else { return }
        let token = ClientToken(text: "a token", fingerprint: [1])
        let isAnswered = try await world.insist {
            let id = try await Images(call).copy(.of(source, name: "copy", token: token))
            copy.withLock { _ = $0.insert(id) }
        }
        guard isAnswered else { return }
        try await until("the copy has ended, after \(world.steps.names)") {
            if world.steps.isDead { return true }
            world.clock.advance(seconds: 31)
            call.store.copiesPoke()
            return try await images(on: deployment).allSatisfy { $0.state != .pending }
        }
    }

    func differences(on deployment: Deployment) async throws -> [String] {
        var found: [String] = []
        let images = try await images(on: deployment)
        // Every repetition of the call was told the same id.
        if Set(images.map(\.id)) != copy.withLock({ $0 }) || images.count != 1 { found.append("images \(images.map(\.id))") }
        for image in images {
            if image.state != .available { found.append("\(image.state): \(image.stateReason?.message ?? "")") }
            for snapshot in image.snapshotIDs {
                found += try await deployment.call(World.away).differences(of: snapshot, to: Self.blocks)
                let copy = try await deployment.call(World.away).store.database.read { try CopyTable($0).copy(of: snapshot) }
                if copy?.state != .completed { found.append("the row of the copy is \(String(describing: copy?.state))") }
            }
        }
        return found
    }

    private func images(on deployment: Deployment) async throws -> [Image] {
        try await Images(try deployment.call(World.away)).describe(ImageQuery()).elements
    }
}

extension Call {
    /// How a snapshot differs from these blocks, in words.
    func differences(of id: SnapshotID, to blocks: [Int64: UInt64]) async throws -> [String] {
        let snapshot = try await Snapshots(self).snapshot(id.rawValue)
        guard snapshot.state == .completed else { return ["\(id) is \(snapshot.state): \(snapshot.statusMessage ?? "")"] }
        let reads = BlockReads(self)
        let request = BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
        let listed = try await reads.list(id.rawValue, page: request).blocks
        guard listed.map(\.index) == blocks.keys.sorted() else { return ["\(id) has the blocks \(listed.map(\.index))"] }
        var found: [String] = []
        for block in listed {
            let bytes = try await reads.get(id.rawValue, blockIndex: block.index, token: block.token).bytes
            if bytes != content(blocks[block.index] ?? 0) { found.append("block \(block.index) of \(id) differs") }
        }
        return found
    }
}
