import Domain
import Services
import Wire

extension QueryReader {
    /// `GroupId` or `GroupName`.
    func securityGroup() throws(RequestError) -> SecurityGroupReference {
        let (id, name): (String?, String?) = (try self["GroupId"], try self["GroupName"])
        if let id {
            guard name == nil else { throw .invalid("GroupName", name ?? "", "It cannot be used in combination with GroupId") }
            return .id(id)
        }
        guard let name else { throw .missing("GroupName or GroupId") }
        return .name(name)
    }
}

/// `IpPermissions.N`.
struct PermissionList: Sendable {
    let permissions: [AskedPermission]
    /// Why a whole request is refused that can be read.
    let refusal: Fault?

    init(from query: QueryReader) throws(RequestError) {
        let parameters: [PermissionParameter] = try query["IpPermissions"]
        permissions = parameters.map(\.permission)
        refusal = parameters.lazy.compactMap(\.refusal).first
    }

    var isEmpty: Bool { permissions.isEmpty }
}

/// The rules that a call is about: a list of permissions, or one in parameters of the call's own.
struct PermissionParameters: Sendable {
    static let prefixLists = Fault(.unsupportedOperation, "PrefixListIds are not supported: Ferry has no prefix lists")

    let permissions: [AskedPermission]
    let refusal: Fault?

    init(from query: QueryReader, isEgress: Bool) throws(RequestError) {
        let list = try PermissionList(from: query)
        let flat = try FlatPermission(from: query)
        guard list.isEmpty || flat.names.isEmpty else {
            throw .invalid("IpPermissions", flat.names.joined(separator: ", "), "They cannot be used in combination with IpPermissions")
        }
        permissions = list.isEmpty ? flat.permissions : list.permissions
        if isEgress, let name = flat.names.first {
            refusal = Fault(.unsupportedOperation, "\(name) is not supported for egress rules: use IpPermissions")
        } else {
            refusal = list.refusal ?? flat.refusal
        }
    }

    /// - Throws: where the request names no rules at all.
    func needed() throws(RequestError) -> [AskedPermission] {
        guard !permissions.isEmpty || refusal != nil else { throw .missing("IpPermissions") }
        return permissions
    }
}

/// `IpProtocol`, `FromPort`, `ToPort`, `CidrIp` and `SourceSecurityGroupName` of the call itself.
private struct FlatPermission {
    /// Those that are there.
    let names: [String]
    let permissions: [AskedPermission]
    let refusal: Fault?

    init(from query: QueryReader) throws(RequestError) {
        let all = ["IpProtocol", "FromPort", "ToPort", "CidrIp", "SourceSecurityGroupName", "SourceSecurityGroupOwnerId"]
        names = all.filter { !query.value($0).isBlank }
        let (name, block): (String?, String?) = (try query["IpProtocol"], try query["CidrIp"])
        let (from, to): (Int?, Int?) = (try query["FromPort"], try query["ToPort"])
        let (group, owner): (String?, String?) = (try query["SourceSecurityGroupName"], try query["SourceSecurityGroupOwnerId"])
        refusal = owner.map { _ in Fault(.unsupportedOperation, "SourceSecurityGroupOwnerId is not supported: use IpPermissions") }
        if let group {
            // Everything, from the group's members.
            guard name == nil, block == nil, from == nil, to == nil else {
                throw .invalid("SourceSecurityGroupName", group, "It cannot be used in combination with a protocol, ports or a block")
            }
            permissions = [AskedPermission(protocol: "-1", from: nil, to: nil, peers: [(.group(.name(group)), nil)])]
        } else if names.isEmpty || owner != nil {
            permissions = []
        } else {
            guard let name else { throw .missing("IpProtocol") }
            guard let block else { throw .missing("CidrIp") }
            permissions = [AskedPermission(protocol: name, from: from, to: to, peers: [(.block(block, isIPv6: false), nil)])]
        }
    }
}

private struct PermissionParameter: QueryStructure {
    let permission: AskedPermission
    let refusal: Fault?

    init(from query: QueryReader) throws(RequestError) {
        let ranges: [RangeParameter] = try query["IpRanges"]
        let ipv6Ranges: [IPv6RangeParameter] = try query["Ipv6Ranges"]
        let groups: [GroupParameter] = try query["Groups"]
        let lists: [PrefixListParameter] = try query["PrefixListIds"]
        permission = AskedPermission(
            protocol: try query["IpProtocol"],
            from: try query["FromPort"],
            to: try query["ToPort"],
            peers: ranges.map { (.block($0.block, isIPv6: false), $0.description) }
                + ipv6Ranges.map { (.block($0.block, isIPv6: true), $0.description) } + groups.map { ($0.peer, $0.description) }
        )
        refusal = lists.isEmpty ? groups.lazy.compactMap(\.refusal).first : PermissionParameters.prefixLists
    }
}

private struct RangeParameter: QueryStructure {
    let block: String
    let description: String?

    init(from query: QueryReader) throws(RequestError) {
        block = try query["CidrIp"]
        description = try query["Description"]
    }
}

private struct IPv6RangeParameter: QueryStructure {
    let block: String
    let description: String?

    init(from query: QueryReader) throws(RequestError) {
        block = try query["CidrIpv6"]
        description = try query["Description"]
    }
}

private struct PrefixListParameter: QueryStructure {
    init(from query: QueryReader) throws(RequestError) {
        let _: String? = try query["PrefixListId"]
        let _: String? = try query["Description"]
    }
}

private struct GroupParameter: QueryStructure {
    let peer: AskedPermission.Peer
    let description: String?
    let refusal: Fault?

    init(from query: QueryReader) throws(RequestError) {
        let (id, name): (String?, String?) = (try query["GroupId"], try query["GroupName"])
        let (owner, vpc): (String?, String?) = (try query["UserId"], try query["VpcId"])
        description = try query["Description"]
        // What a description tells of a peering, which clients send back.
        let _: String? = try query["PeeringStatus"]
        let peering: String? = try query["VpcPeeringConnectionId"]
        refusal = peering.map { _ in Fault(.unsupportedOperation, "VpcPeeringConnectionId is not supported: Ferry has one VPC") }
        if let id {
            peer = .group(.id(id), owner: owner, vpc: vpc)
        } else if let name {
            peer = .group(.name(name), owner: owner, vpc: vpc)
        } else {
            throw .missing("GroupId")
        }
    }
}
