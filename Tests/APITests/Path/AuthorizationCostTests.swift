import Domain
import HTTPTypes
import Metadata
import Services
import TestSupport
import Testing

/// What it costs that policies decide: nothing is read for it once it is known.
@Suite struct AuthorizationCostTests {
    private static let requests: [SampleRequest] = [
        .form("ec2", "DescribeImages", ["ImageId.1": "ami-0123456789abcdef0"]),
        .form("ec2", "DescribeSnapshots", ["SnapshotId.1": "snap-0123456789abcdef0"]),
        .rest("ebs", .get, "/snapshots/snap-0123456789abcdef0/blocks/0?blockToken=token"),
    ]

    @Test(.againstHangs) func whoIsKnownCostsNoStatementMoreThanTheRootUser() async throws {
        try await Edge.run { edge in
            let world = try await ActionWorld(edge)
            let condition =
                #""Condition":{"StringLike":{"aws:RequestedRegion":"us-*","aws:PrincipalArn":"*"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#
            try await world.allow(
                #"{"Effect":"Allow","Action":["ec2:Describe*","ebs:Get*"],"Resource":"*"}"#,
                #"{"Effect":"Deny","Action":["ec2:Describe*","ebs:Get*"],"Resource":"*",\#(condition)}"#
            )
            for request in Self.requests {
                let root = try await statements(edge) { try await edge.answer(to: request, by: edge.credential) }
                let user = try await statements(edge) { try await world.answer(to: request) }
                #expect(user <= root, "\(request.service) \(request.target)")
            }
        }
    }

    /// How many statements a call runs, once it has been made before.
    private func statements(_ edge: Edge, _ call: () async throws -> EdgeAnswer) async throws -> UInt64 {
        _ = try await call()
        let store = try #require(Region(rawValue: Edge.region).flatMap { edge.deployment.regions[$0] })
        let counted = [edge.deployment.directory.statistics, store.database.statistics]
        let before = counted.map(\.counts.statements).reduce(0, +)
        let answer = try await call()
        #expect(!answer.body.contains("not authorized"), "\(answer.body)")
        return counted.map(\.counts.statements).reduce(0, +) - before
    }
}
