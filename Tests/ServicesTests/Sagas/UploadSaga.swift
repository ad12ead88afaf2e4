import Blocks
import Domain
import Services
import Synchronization
import TestSupport

/// StartSnapshot with a client token, a few blocks, CompleteSnapshot, until the snapshot is completed.
final class UploadSaga: Saga {
    private struct State {
        var snapshots: Set<SnapshotID> = []
        var put: Set<Int64> = []
        var isComplete = false
    }

    private static let blocks: [Int64: UInt64] = [0: 1, 3: 2, 1500: 3]
    private let state = Mutex(State())

    static func prepare(_ world: World) async throws {}

    init(_ facts: Void) {}

    private var snapshot: SnapshotID? { state.withLock { $0.snapshots.first } }

    func run(in process: World, _ world: SagaWorld) async throws {
        let call = process.call(World.home)
        try await push(to: call, world)
        guard let id = snapshot, state.withLock({ $0.isComplete }) else { return }
        try await world.untilEnded("uploads", of: call.store) { try await Snapshots(call).snapshot(id.rawValue).state != .pending }
    }

    /// Does what no answer came for yet.
    private func push(to call: Call, _ world: SagaWorld) async throws {
        let uploads = Uploads(call)
        let token = ClientToken(text: "a token", fingerprint: [2])
        let start = SnapshotStart(sizeGiB: 1, parentID: nil, description: "", timeoutMinutes: 60, tags: [], clientToken: token)
        let isStarted = try await world.insist {
            let id = try await uploads.start(start).id
            state.withLock { _ = $0.snapshots.insert(id) }
        }
        guard isStarted, let id = snapshot else { return }
        for (index, number) in Self.blocks.sorted(by: { $0.key < $1.key }) where !state.withLock({ $0.put.contains(index) }) {
            let isPut = try await world.insist {
                let block = content(number)
                try await uploads.put(
                    BlockPut(
                        snapshotID: id.rawValue,
                        blockIndex: index,
                        checksum: TestBlock.digest(block).bytes,
                        progressPercent: nil,
                        block: block
                    )
                )
                state.withLock { _ = $0.put.insert(index) }
            }
            guard isPut else { return }
        }
        guard !state.withLock({ $0.isComplete }) else { return }
        _ = try await world.insist {
            let completion = SnapshotCompletion(snapshotID: id.rawValue, changedBlocksCount: Int64(Self.blocks.count), checksum: nil)
            _ = try await uploads.complete(completion)
            state.withLock { $0.isComplete = true }
        }
    }

    func differences(in process: World) async throws -> [String] {
        let call = process.call(World.home)
        let all = try await Snapshots(call).describe(SnapshotQuery()).elements
        guard let id = snapshot, all.map(\.id) == [id], state.withLock({ $0.snapshots.count }) == 1 else {
            return ["snapshots \(all.map(\.id))"]
        }
        return try await call.differences(of: id, to: Self.blocks)
    }
}
