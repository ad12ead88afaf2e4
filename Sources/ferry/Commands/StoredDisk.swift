import Client

/// A disk in a server, found by the id of an image or of a snapshot.
struct StoredDisk: Sendable {
    /// As the user gave it.
    var id: String
    var region: String
    /// Empty for a snapshot that was named itself.
    var deviceName: String
    var snapshot: RemoteSnapshot
    /// The exact length of the disk that was pushed, where that is known.
    var length: Int64?

    /// The disks behind an id, in the order of the image's mapping.
    ///
    /// - Parameter readable: refuse what is not completed, because its blocks cannot be read.
    static func all(_ id: String, region: String, client: AWSClient, readable: Bool = true) async throws -> [StoredDisk] {
        try await doing("looking up \(id) in \(region)") {
            guard !id.hasPrefix("snap-") else {
                let snapshot = try await client.snapshot(id, region: region)
                return [
                    try StoredDisk(id: id, region: region, deviceName: "", snapshot: snapshot, length: snapshot.diskBytes()).checked(
                        readable
                    )
                ]
            }
            guard let image = try await client.image(id, region: region) else { throw Refusal("the image was deregistered") }
            guard !image.isInstanceStore else {
                throw Refusal(
                    "an instance-store image has no snapshots",
                    advice: "Its disk is in its bundle: ferry unbundle \(id) FILE --key …"
                )
            }
            let snapshots = try await client.snapshots(image.snapshotIDs, region: region)
            guard image.devices.count == snapshots.count else { throw Refusal("the image is \(image.state) and has no disk yet") }
            guard !snapshots.isEmpty else { throw Refusal("the image has no EBS disk") }
            return try zip(image.devices, snapshots).map { device, snapshot in
                let isRoot = device.name == image.rootDevice?.name
                let length = snapshot.diskBytes(imageTags: isRoot ? image.tags : [])
                return try StoredDisk(id: id, region: region, deviceName: device.name, snapshot: snapshot, length: length).checked(readable)
            }
        }
    }

    /// One disk behind an id: the one at `device`, else the only one or the image's root.
    static func one(_ id: String, device: String?, region: String, client: AWSClient) async throws -> StoredDisk {
        let disks = try await all(id, region: region, client: client)
        if let device {
            guard let disk = disks.first(where: { $0.deviceName == device }) else {
                throw Refusal("\(id) in \(region) has no device \(device), but \(disks.map(\.deviceName).joined(separator: ", "))")
            }
            return disk
        }
        if disks.count == 1 { return disks[0] }
        let root = try await client.image(id, region: region)?.rootDevice?.name
        guard let disk = disks.first(where: { $0.deviceName == root }) else {
            throw Refusal("\(id) in \(region) has several disks; choose with --device: \(disks.map(\.deviceName).joined(separator: ", "))")
        }
        return disk
    }

    func reader(_ session: Session) -> BlockReader {
        BlockReader(client: session.client, region: region, snapshotID: snapshot.id, pool: session.pool)
    }

    private func checked(_ readable: Bool) throws -> StoredDisk {
        guard !readable || snapshot.state == "completed" else {
            throw Refusal("\(snapshot.id) is \(snapshot.state); only a completed snapshot can be read")
        }
        return self
    }
}
