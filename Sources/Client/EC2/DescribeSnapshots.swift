import Wire

extension AWSClient {
    /// Snapshots by their ids, in the order of the ids.
    ///
    /// - Throws: ``AWSError`` `InvalidSnapshot.NotFound` when the Region has not all of them.
    package func snapshots(_ ids: [String], region: String) async throws -> [RemoteSnapshot] {
        guard !ids.isEmpty else { return [] }
        let answer = try await ec2("DescribeSnapshots", EC2Parameters.list("SnapshotId", ids), region: region)
        let found = (answer["snapshotSet"]?.children("item") ?? []).map(RemoteSnapshot.init)
        return try ids.map { id in
            guard let snapshot = found.first(where: { $0.id == id }) else {
                throw UnexpectedAnswer(action: "DescribeSnapshots", problem: "\(id) is not in it")
            }
            return snapshot
        }
    }

    /// The caller's own encrypted snapshots of a Region, page after page until all are there.
    package func encryptedSnapshots(region: String) async throws -> [RemoteSnapshot] {
        let parameters = [("Owner.1", "self"), ("Filter.1.Name", "encrypted"), ("Filter.1.Value.1", "true"), ("MaxResults", "1000")]
        var snapshots: [RemoteSnapshot] = []
        var token: String?
        repeat {
            let answer = try await ec2("DescribeSnapshots", parameters + (token.map { [("NextToken", $0)] } ?? []), region: region)
            snapshots += (answer["snapshotSet"]?.children("item") ?? []).map(RemoteSnapshot.init)
            token = answer["nextToken"].map(\.text).flatMap { $0.isEmpty ? nil : $0 }
        } while token != nil
        return snapshots
    }

    package func snapshot(_ id: String, region: String) async throws -> RemoteSnapshot {
        guard let snapshot = try await snapshots([id], region: region).first else {
            throw UnexpectedAnswer(action: "DescribeSnapshots", problem: "\(id) is not in it")
        }
        return snapshot
    }
}
