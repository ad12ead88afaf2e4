import Blocks
import Domain
import Logging
import Metadata

extension InstanceDrive {
    /// Has the root disk of an instance-store image come: from another instance of the image, or out of the bundle. That goes on beside the drive, so that
    /// the instance can be terminated meanwhile. One that a kill cut off begins anew, and finds the blocks that it had stored.
    ///
    /// - Returns: whether the row has changed.
    func unbundle(_ disk: InstanceDisk) async throws -> Bool {
        if let ended = unbundled {
            (unbundling, unbundled) = (nil, nil)
            try ended.get()
            return true
        }
        guard unbundling == nil, tools.bundles.take(disk.image) else { return false }
        do {
            if try await share(disk) {
                tools.bundles.giveBack(disk.image)
                return true
            }
        } catch {
            tools.bundles.giveBack(disk.image)
            throw error
        }
        unbundling = Task {
            let ended: Result<Void, any Error>
            do {
                ended = .success(try await Self.unbundle(disk, tools, lease))
                logger.info("Opened the bundle of an image for an instance", metadata: ["image": "\(disk.image)"])
            } catch {
                ended = .failure(error)
            }
            unbundled = ended
            tools.bundles.giveBack(disk.image)
            // Others may wait for their turn, or for what this one has.
            tools.store.instancesWakeup()
        }
        return false
    }

    /// Takes what another instance of the image has.
    private func share(_ disk: InstanceDisk) async throws -> Bool {
        guard try await tools.store.database.read({ try InstanceDiskTable($0).root(of: disk.image) }) != nil else { return false }
        return try await lease.save { transaction in
            let table = InstanceDiskTable(transaction)
            guard let root = try table.root(of: disk.image) else { return false }
            try table.setRoot(root, of: disk.instance)
            return true
        }
    }

    private static func unbundle(_ disk: InstanceDisk, _ tools: InstanceTools, _ lease: HeldLease) async throws {
        let bundled = try await BundledDisk(disk, in: tools.store, of: tools.deployment)
        // Handed over: a collection need not wait for all of it.
        let writer = tools.store.blocks.writer(in: .open, isHandedOver: true)
        defer { writer.end() }
        let root = try await bundled.store(by: writer)
        try await lease.save { try InstanceDiskTable($0).setRoot(root.bytes, of: disk.instance) }
    }

    func stopUnbundling() async {
        unbundling?.cancel()
        await unbundling?.value
        (unbundling, unbundled) = (nil, nil)
    }
}
