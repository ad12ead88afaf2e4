import ArgumentParser
import Blocks
import Client
import Domain
import Foundation
import Logging
import Metadata
import Services

/// `ferry measure-volume`: serves a volume to `script/bench`, and takes snapshots of it when told to.
///
/// Each line that it reads asks for one, and each line that it prints is a JSON object: the socket first, then what the snapshots took.
struct MeasureVolumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure-volume",
        abstract: "Serve a volume for measurements. The server must be stopped.",
        shouldDisplay: false
    )

    @Argument(help: ArgumentHelp("The volume.", valueName: "volume"))
    var volume: String

    @OptionGroup var folder: DataFolderOptions
    @OptionGroup var rootKey: RootKeyOptions

    @Option(help: ArgumentHelp("The volume's Region.", valueName: "region"))
    var region: Region

    private struct Serving: Encodable { let socket: String }

    private struct Taken: Encodable {
        /// Seconds for which the guest's writes had to wait.
        let held: Double
        let bytesHashed: UInt64
        let seconds: Double
    }

    func run() async throws {
        let folder = folder.folder
        let lock = try folder.lock()
        let pool = DiskPool()
        let logger = Logger(label: "ferry") { StreamLogHandler.standardError(label: $0) }
        let deployment = try await Deployment.open(folder, regions: [region], pool: pool, rootKey: try rootKey.source(), logger: logger)
        let store = try deployment.store(of: region)
        guard let id = VolumeID(rawValue: volume), let row = try await store.database.read({ try VolumeTable($0).volume(id) }) else {
            throw ValidationError("there is no volume \(volume) in \(folder.path)")
        }
        try Self.say(Serving(socket: try await store.disks.serve(id)))
        let copies = CopyReconciler(store: store, deployment: deployment)
        let scratch = ScratchFolder(folder.scratch(region), pool: pool)
        let jobs = JobReconciler(store: store, deployment: deployment, inbound: copies.inbound, scratch: scratch)
        let principal = Principal(account: row.owner, accessKeyID: "")
        let volumes = Volumes(Services.Call(principal: principal, store: store, deployment: deployment, host: ""))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await jobs.run() }
            while try await pool.run({ readLine() }) != nil { try Self.say(try await take(volumes, in: store)) }
            group.cancelAll()
        }
        try await deployment.close()
        try await pool.shutdown()
        lock.release()
    }

    private func take(_ volumes: Volumes, in store: RegionStore) async throws -> Taken {
        let (clock, blocks) = (ContinuousClock(), store.blocks)
        let (begun, hashed) = (clock.now, blocks.statistics.counts.bytesHashed)
        let id = try await volumes.snapshot(volume, description: "", tags: []).id
        while try await store.database.read({ try SnapshotTable($0).snapshot(id)?.state }) == .pending {
            try await Task.sleep(for: .milliseconds(1))
        }
        return Taken(
            held: await store.disks.lastHold / .seconds(1),
            bytesHashed: blocks.statistics.counts.bytesHashed - hashed,
            seconds: (clock.now - begun) / .seconds(1)
        )
    }

    private static func say(_ value: some Encodable) throws {
        Terminal.say(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
    }
}
