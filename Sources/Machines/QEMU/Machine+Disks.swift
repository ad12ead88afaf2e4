/// The disks of a guest, while it runs.
extension Machine {
    /// Gives the guest a disk while it runs: in its slot, or in the first free one. One that it has already is fine.
    package func attach(_ disk: MachineDescription.Disk) async throws {
        if try await volumes().contains(disk.volume) {
            guard try await isTaken(disk.volume) else { return }
            // It goes when the guest gives back what is left of it.
            _ = try await detach(disk.volume, within: .seconds(1))
            guard try await !volumes().contains(disk.volume) else {
                throw MachineError(.refused, "The guest still holds \(disk.volume), which was taken from it: reboot or stop it.")
            }
        }
        let node: JSONTerm = ["node-name": .string(disk.serial)]
        // What a guest gave back while nobody watched may be open still.
        _ = try? await qmp.execute("blockdev-del", node)
        try await qmp.execute("blockdev-add", QEMUCommandLine.node(disk.seen(from: folder)))
        var refusal: (any Error)?
        for slot in [disk.slot] + (1..<MachineDescription.slots).filter({ $0 != disk.slot }) {
            let disk = MachineDescription.Disk(volume: disk.volume, socket: disk.socket, export: disk.export, slot: slot)
            do {
                try await qmp.execute("device_add", QEMUCommandLine.device(disk, description.architecture))
                return
            } catch let error as MachineError where error.kind == .refused {
                refusal = refusal ?? error
            }
        }
        _ = try? await qmp.execute("blockdev-del", node)
        throw refusal ?? MachineError(.refused, "No slot is free for \(disk.volume).")
    }

    /// The volumes that the guest has now.
    package func volumes() async throws -> Set<String> {
        let devices = try await qmp.execute("qom-list", ["path": "/machine/peripheral"]).texts("name")
        return Set(devices.compactMap(QEMUCommandLine.volume(ofDevice:)))
    }

    /// Takes a disk from the guest. A guest has to agree, and one that boots cannot yet.
    ///
    /// - Returns: whether it did within the limit. If not, the disk is there still, and the call may be made again.
    package func detach(_ volume: String, within limit: Duration) async throws -> Bool {
        let name = QEMUCommandLine.deviceName(volume)
        // Before the guest is asked, which may answer at once.
        let (left, told) = AsyncStream<Never>.makeStream()
        removals[name, default: []].append(told)
        do { try await qmp.execute("device_del", ["id": .string(name)]) } catch let error as MachineError where error.kind == .refused {
            // It may have been asked before, or have given the disk back since.
            if try await !volumes().contains(volume) { removals.removeValue(forKey: name)?.forEach { $0.finish() } }
        }
        let hasLeft = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in left {}
                return !Task.isCancelled
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
        removals[name] = nil
        guard hasLeft else { return false }
        _ = try? await qmp.execute("blockdev-del", ["node-name": .string(MachineDescription.Disk.serial(of: volume))])
        _ = try? await qmp.execute("blockdev-del", ["node-name": .string(Self.taken(volume))])
        return true
    }

    /// Takes a disk from a guest that does not give it back: what is left of it fails each request, until the guest gives that back or is reset.
    package func takeAway(_ volume: String) async throws {
        guard try await !isTaken(volume) else { return }
        _ = try? await qmp.execute("blockdev-del", ["node-name": .string(Self.taken(volume))])
        try await qmp.execute("blockdev-add", QEMUCommandLine.brokenNode(Self.taken(volume)))
        try await qmp.execute(
            "qom-set",
            ["path": .string(Self.path(ofDisk: volume)), "property": "drive", "value": .string(Self.taken(volume))]
        )
        _ = try? await qmp.execute("blockdev-del", ["node-name": .string(MachineDescription.Disk.serial(of: volume))])
    }

    private func isTaken(_ volume: String) async throws -> Bool {
        try await qmp.execute("qom-get", ["path": .string(Self.path(ofDisk: volume)), "property": "drive"]).text == Self.taken(volume)
    }

    /// The node that stands in for a volume that was taken away.
    private static func taken(_ volume: String) -> String { "taken-" + MachineDescription.Disk.serial(of: volume) }
    private static func path(ofDisk volume: String) -> String { "/machine/peripheral/" + QEMUCommandLine.deviceName(volume) }

    /// Tells the guest that a disk has grown. What serves it tells its new size to whoever connects from then on.
    package func grow(_ volume: String, to bytes: UInt64) async throws {
        try await qmp.execute(
            "block_resize",
            ["node-name": .string(MachineDescription.Disk.serial(of: volume)), "size": .integer(Int(bytes))]
        )
    }
}
