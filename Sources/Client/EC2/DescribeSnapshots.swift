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

    package func snapshot(_ id: String, region: String) async throws -> RemoteSnapshot {
        guard let snapshot = try await snapshots([id], region: region).first else {
            throw UnexpectedAnswer(action: "DescribeSnapshots", problem: "\(id) is not in it")
        }
        return snapshot
    }
}
