import DiskImages
import Domain
import Foundation
import Metadata

/// Makes an image of disks in objects. The guest is not looked into: what boots is what was imported.
struct ImageImportRunner: JobRunner {
    let job: Job
    let work: ImageImport
    let tools: JobTools

    func run(_ progress: JobProgress) async throws -> JobEnding {
        let intake = try await DiskIntake(job, encryption: work.encryption, tools: tools)
        var made: [Snapshot] = []
        var disks: [(name: String?, snapshot: Snapshot)] = []
        let now = tools.deployment.clock.now
        for (number, disk) in work.disks.enumerated() {
            if let id = disk.snapshot {
                let account = job.account
                let known = try await tools.store.database.read { try Self.require(id, of: account, in: $0) }
                disks.append((disk.deviceName, known))
                continue
            }
            guard let source = disk.source else { continue }
            let taken = try await intake.take(source, accepting: DiskFormat.imported) { [count = work.disks.count] percent, message in
                try await progress.report(Int64((number * 100 + percent) / count), of: 100, message)
            }
            for each in taken {
                let snapshot = each.snapshot(.random(), of: job, encryption: work.encryption, at: now)
                made.append(snapshot)
                disks.append((taken.count == 1 ? disk.deviceName : nil, snapshot))
            }
        }
        guard disks.count <= Imports.disksMax else {
            throw Fault(.invalidParameterValue, "The machine has \(disks.count) disks; an image is imported of at most \(Imports.disksMax)")
        }
        let image = image(over: disks, at: now)
        let given = work.disks.compactMap(\.snapshot)
        let quotas = try await tools.deployment.storageQuotas(of: job.account, in: tools.store.region)
        return JobEnding(sessions: [intake.session]) { [job, made] transaction in
            let images = ImageTable(transaction)
            if let holder = try images.holder(ofName: image.name, owner: job.account) { throw ImageName.duplicate(image.name, of: holder) }
            try quotas.requireRoomForImage(in: transaction)
            try quotas.requireRoom(forSnapshots: made.count, in: transaction)
            for snapshot in made { try SnapshotTable(transaction).insert(snapshot) }
            // Nothing has kept those that were there before from being deleted meanwhile.
            for id in given { _ = try Self.require(id, of: job.account, in: transaction) }
            try images.insert(image)
        }
    }

    private static func require(_ id: SnapshotID, of account: AccountID, in transaction: Transaction) throws -> Snapshot {
        guard let snapshot = try SnapshotTable(transaction).snapshot(id), snapshot.owner == account, snapshot.state == .completed else {
            throw Snapshots.notFound(id.rawValue)
        }
        try snapshot.requireStandardTier()
        return snapshot
    }

    private func image(over disks: [(name: String?, snapshot: Snapshot)], at now: Date) -> Image {
        let root = disks.first?.name ?? "/dev/sda1"
        // Those that are not given their names take what is left.
        let given = Set(disks.compactMap(\.name) + [root])
        var free = "bcdefghijklmnopqrstuvwxyz".map { "/dev/sd\($0)" }.filter { !given.contains($0) }[...]
        return Image(
            id: work.image,
            owner: job.account,
            name: job.id,
            description: work.description,
            state: .available,
            createdAt: now,
            traits: work.traits,
            rootDeviceName: root,
            devices: disks.enumerated().map { number, disk in
                let template = VolumeTemplate(
                    snapshotID: disk.snapshot.id,
                    sizeGiB: disk.snapshot.sizeGiB,
                    type: .gp2,
                    iops: nil,
                    throughput: nil,
                    deletesOnTermination: number == 0,
                    isEncrypted: disk.snapshot.encryption != nil
                )
                let name = number == 0 ? root : disk.name ?? free.popFirst() ?? "/dev/xvd\(number)"
                return BlockDevice(name: name, target: .volume(template))
            }
        )
    }
}
