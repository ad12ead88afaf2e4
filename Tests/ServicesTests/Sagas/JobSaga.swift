import Domain
import Metadata
import NIOCore
import Services
import Synchronization
import TestSupport

/// What was answered to a call and its repetitions.
final class Answers: Sendable {
    private let texts = Mutex<Set<String>>([])

    func add(_ text: String) { texts.withLock { _ = $0.insert(text) } }

    /// What every one of them was answered.
    var only: String? { texts.withLock { $0.count == 1 ? $0.first : nil } }
}

/// A saga whose work is a job.
protocol JobSaga: Saga {
    /// Where the job is.
    static var region: Region { get }
    var answers: Answers { get }

    /// Makes the call, again when its answer was lost. Returns the id of what was asked for.
    func ask(in process: World) async throws -> String
    /// How what was made differs from what was asked for, in words.
    func differences(of id: String, in process: World) async throws -> [String]
}

extension JobSaga {
    static var region: Region { World.home }

    func run(in process: World, _ world: SagaWorld) async throws {
        guard try await world.insist({ answers.add(try await ask(in: process)) }) else { return }
        let store = process.store(Self.region)
        try await world.untilEnded("jobs", of: store) { try await store.database.read { try !JobTable($0).hasAny() } }
    }

    func differences(in process: World) async throws -> [String] {
        guard let id = answers.only else { return ["the call and its repetitions had different answers"] }
        var found = try await differences(of: id, in: process)
        for bucket in try await process.buckets(Self.region).list() {
            if try await process.store(Self.region).database.read({ try MultipartTable($0).hasAny(in: bucket.name) }) {
                found.append("an upload is left in \(bucket.name)")
            }
        }
        return found
    }
}

extension World {
    /// The tasks of a kind.
    func tasks(_ kind: JobWork.Kind) async throws -> [Job] {
        try await store(World.home).database.read { try JobTable($0).page(of: World.account, kind, after: nil, limit: 100) }
    }

    /// How the tasks of a kind differ from one that is completed, in words.
    func differences(of kind: JobWork.Kind, toCompleted id: String) async throws -> [String] {
        let tasks = try await tasks(kind)
        guard let task = tasks.first, tasks.count == 1, task.id == id else { return ["tasks \(tasks.map(\.id)), and \(id) was asked for"] }
        return task.state == .completed ? [] : ["the task is \(task.state): \(task.message)"]
    }

    /// How the snapshots of a Region differ from one with these blocks, in words.
    func differences(ofSnapshotsIn region: Region = World.home, to blocks: [Int64: UInt64], count: Int = 1) async throws -> [String] {
        let all = try await snapshots(region).describe(SnapshotQuery()).elements
        var found = all.count == count ? [] : ["snapshots \(all.map(\.id))"]
        for snapshot in all { found += try await call(region).differences(of: snapshot.id, to: blocks) }
        return found
    }

    /// The image that was asked for, and how the images of a Region differ from it and others, in words.
    func differences(ofImage id: String, in region: Region = World.home, among count: Int = 1) async throws -> [String] {
        let images = try await listing(of: region)
        guard images.count == count, let image = images.first(where: { $0.id.rawValue == id }) else {
            return ["images \(images.map(\.id))"]
        }
        return image.state == .available ? [] : ["\(image.state): \(image.stateReason?.message ?? "")"]
    }
}

/// A disk of a few blocks, as the sagas import, export, store and restore it.
enum SagaDisk {
    static let blocks: [Int64: UInt64] = [0: 1, 2: 2]

    /// The same as a file.
    static var file: ByteBuffer {
        var file = ByteBuffer()
        for index in Int64(0)...2 {
            var block = content(blocks[index] ?? 0)
            file.writeBuffer(&block)
        }
        return file
    }

    static let options = TaskOptions(
        description: "a saga",
        role: nil,
        tags: [],
        clientToken: ClientToken(text: "a token", fingerprint: [3])
    )
}
