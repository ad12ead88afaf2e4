import Domain
import Wire

/// Whom an image or a snapshot is to be shared with, in all the encodings that clients send, several of them in one request
/// (docs/behaviour/sharing.md, "Encodings"). They are put together.
struct SharingParameters {
    private enum Operation: String, QueryScalar {
        case add, remove
    }

    private let added: [Targets]
    private let removed: [Targets]
    /// Those that go with `OperationType`.
    private let listed: Targets
    private let operation: Operation?

    /// - Parameter name: `LaunchPermission` or `CreateVolumePermission`.
    init(_ name: String, from query: QueryReader, takesOrganizations: Bool) throws(RequestError) {
        added = try Self.read("\(name).Add", from: query, takesOrganizations)
        removed = try Self.read("\(name).Remove", from: query, takesOrganizations)
        operation = try query["OperationType"]
        listed = Targets(
            userIDs: try query["UserId"],
            groups: try query["UserGroup"],
            organizations: takesOrganizations ? try query["OrganizationArn"] : [],
            units: takesOrganizations ? try query["OrganizationalUnitArn"] : []
        )
    }

    private static func read(_ name: String, from query: QueryReader, _ takesOrganizations: Bool) throws(RequestError) -> [Targets] {
        if takesOrganizations {
            let parameters: [TargetParameters] = try query[name]
            return parameters.map(\.targets)
        }
        let parameters: [AccountParameters] = try query[name]
        return parameters.map(\.targets)
    }

    var isGiven: Bool { !added.isEmpty || !removed.isEmpty || !listed.isEmpty || operation != nil }

    func change() throws -> SharingChange {
        var (adding, removing) = (try Self.targets(of: added), try Self.targets(of: removed))
        if !listed.isEmpty {
            let targets = try listed.targets()
            switch try listedOperation() {
            case .add: adding.formUnion(targets)
            case .remove: removing.formUnion(targets)
            }
        }
        guard !adding.isEmpty || !removing.isEmpty else {
            throw Fault(.invalidParameterCombination, "No permissions specified: name accounts or the group all")
        }
        return try SharingChange(adding: adding, removing: removing)
    }

    /// Packer names the accounts a second time, and leaves out the operation.
    private func listedOperation() throws -> Operation {
        if let operation { return operation }
        switch (added.isEmpty, removed.isEmpty) {
        case (false, true): return .add
        case (true, false): return .remove
        default: throw Fault(.missingParameter, "The request must contain the parameter OperationType")
        }
    }

    private static func targets(of list: [Targets]) throws -> Set<ShareTarget> {
        try list.reduce(into: []) { $0.formUnion(try $1.targets()) }
    }
}

/// The texts that name somebody.
private struct Targets {
    var userIDs: [String]
    var groups: [String]
    var organizations: [String]
    var units: [String]

    var isEmpty: Bool { userIDs.isEmpty && groups.isEmpty && organizations.isEmpty && units.isEmpty }

    func targets() throws -> Set<ShareTarget> {
        try Set(
            userIDs.map { try ShareTarget(userID: $0) } + groups.map { try ShareTarget(group: $0) }
                + organizations.map { try ShareTarget(organizationARN: $0) } + units.map { try ShareTarget(organizationalUnitARN: $0) }
        )
    }
}

/// One element of `Add` or `Remove`. It may name several.
private struct TargetParameters: QueryStructure {
    let targets: Targets

    init(from query: QueryReader) throws(RequestError) {
        let organization: String? = try query["OrganizationArn"]
        let unit: String? = try query["OrganizationalUnitArn"]
        var targets = try AccountParameters(from: query).targets
        targets.organizations = [organization].compactMap(\.self)
        targets.units = [unit].compactMap(\.self)
        self.targets = targets
    }
}

/// The same, where organizations are not known.
private struct AccountParameters: QueryStructure {
    let targets: Targets

    init(from query: QueryReader) throws(RequestError) {
        let userID: String? = try query["UserId"]
        let group: String? = try query["Group"]
        targets = Targets(userIDs: [userID].compactMap(\.self), groups: [group].compactMap(\.self), organizations: [], units: [])
    }
}

/// The list of whom something is shared with, in an answer. It is there even when it is empty.
struct SharingList: XMLEncodable {
    /// `launchPermission` or `createVolumePermission`.
    let name: String
    let targets: [ShareTarget]

    func write(to xml: inout XMLWriter) {
        xml.list(name, targets) { xml, target in
            switch target {
            case .everyone: xml.element("group", target.rawValue)
            case .account: xml.element("userId", target.rawValue)
            case .organization: xml.element("organizationArn", target.rawValue)
            case .organizationalUnit: xml.element("organizationalUnitArn", target.rawValue)
            }
        }
    }
}
