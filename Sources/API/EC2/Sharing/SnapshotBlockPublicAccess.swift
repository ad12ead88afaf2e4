import Domain
import Services
import Wire

/// Has no snapshot of the account become public in the Region, or count as public (docs/behaviour/sharing.md, "Block public access").
struct EnableSnapshotBlockPublicAccess: EC2Action {
    static let permissions = [Permission<Self>("ec2:EnableSnapshotBlockPublicAccess")]

    private enum State: String, QueryScalar {
        case blockAllSharing = "block-all-sharing"
        case blockNewSharing = "block-new-sharing"

        var value: SnapshotBlockPublicAccess {
            switch self {
            case .blockAllSharing: .blockAllSharing
            case .blockNewSharing: .blockNewSharing
            }
        }
    }

    private let state: State

    init(from query: QueryReader) throws(RequestError) { state = try query["State"] }

    func run(in call: Call) async throws -> SnapshotBlockAnswer {
        try await SharingControls(call).block(state.value)
        return SnapshotBlockAnswer(state: state.value)
    }
}

/// Lets snapshots of the account become public in the Region.
struct DisableSnapshotBlockPublicAccess: EC2Action {
    static let permissions = [Permission<Self>("ec2:DisableSnapshotBlockPublicAccess")]

    init(from query: QueryReader) throws(RequestError) {}

    func run(in call: Call) async throws -> SnapshotBlockAnswer {
        try await SharingControls(call).block(SnapshotBlockPublicAccess.unblocked)
        return SnapshotBlockAnswer(state: .unblocked)
    }
}

struct GetSnapshotBlockPublicAccessState: EC2Action {
    static let permissions = [Permission<Self>("ec2:GetSnapshotBlockPublicAccessState")]

    init(from query: QueryReader) throws(RequestError) {}

    func run(in call: Call) async throws -> Managed<SnapshotBlockAnswer> {
        Managed(answer: SnapshotBlockAnswer(state: try await SharingControls(call).settings().snapshots))
    }
}

struct SnapshotBlockAnswer: XMLEncodable {
    let state: SnapshotBlockPublicAccess

    func write(to xml: inout XMLWriter) { xml.element("state", state.rawValue) }
}
