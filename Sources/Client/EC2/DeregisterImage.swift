import Wire

/// What became of one snapshot of a deregistered image.
package struct SnapshotRemoval: Hashable, Sendable, Codable {
    package var snapshotId: String
    /// `success`, `skipped` (another image uses it), or the reason why it stays.
    package var result: String
}

extension AWSClient {
    /// Deregisters an image; with `deletingSnapshots`, its snapshots go as well unless another image uses them.
    package func deregisterImage(_ id: String, deletingSnapshots: Bool, region: String) async throws -> [SnapshotRemoval] {
        let parameters = [("ImageId", id), ("DeleteAssociatedSnapshots", "\(deletingSnapshots)")]
        do {
            let answer = try await ec2("DeregisterImage", parameters, region: region)
            return (answer["deleteSnapshotResultSet"]?.children("item") ?? []).map {
                SnapshotRemoval(snapshotId: $0["snapshotId"]?.text ?? "", result: $0["returnCode"]?.text ?? "")
            }
        } catch let error as AWSError where error.attempt > 1 && Self.saysGone(error) {
            // An earlier attempt did it and only its answer was lost.
            return []
        }
    }

    /// Deletes a snapshot; a second attempt that finds it gone has succeeded.
    package func deleteSnapshot(_ id: String, region: String) async throws {
        do {
            _ = try await ec2("DeleteSnapshot", [("SnapshotId", id)], region: region)
        } catch let error as AWSError where error.attempt > 1 && Self.saysGone(error) {}
    }

    private static func saysGone(_ error: AWSError) -> Bool {
        ["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable", "InvalidSnapshot.NotFound"].contains(error.code)
    }
}
