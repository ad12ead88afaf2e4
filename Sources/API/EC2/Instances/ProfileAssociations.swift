import Domain
import Services
import Wire

/// Gives an instance a profile.
struct AssociateIamInstanceProfile: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:AssociateIamInstanceProfile") { [$1.instance($0.instanceID)] }.adding { try await $0.profile.facts(in: $1) },
        .passingRole(\.profile.profile),
    ]

    private let instanceID: String
    private let profile: ProfileParameter

    init(from query: QueryReader) throws(RequestError) {
        instanceID = try query["InstanceId"]
        profile = try ProfileParameter(from: query)
    }

    func run(in call: Call) async throws -> AssociationAnswer {
        AssociationAnswer(
            association: try await Instances(call).associate(profile.required, with: instanceID),
            state: "associating"
        )
    }
}

/// Gives an instance another profile.
struct ReplaceIamInstanceProfileAssociation: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:ReplaceIamInstanceProfileAssociation") { try await $1.instance(withAssociation: $0.associationID) }
            .adding { try await $0.profile.facts(in: $1) },
        .passingRole(\.profile.profile),
    ]

    private let associationID: String
    private let profile: ProfileParameter

    init(from query: QueryReader) throws(RequestError) {
        associationID = try query["AssociationId"]
        profile = try ProfileParameter(from: query)
    }

    func run(in call: Call) async throws -> AssociationAnswer {
        AssociationAnswer(
            association: try await Instances(call).replace(associationID, with: profile.required),
            state: "associating"
        )
    }
}

/// Takes the profile from an instance.
struct DisassociateIamInstanceProfile: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:DisassociateIamInstanceProfile") { try await $1.instance(withAssociation: $0.associationID) }
    ]

    private let associationID: String

    init(from query: QueryReader) throws(RequestError) { associationID = try query["AssociationId"] }

    func run(in call: Call) async throws -> AssociationAnswer {
        AssociationAnswer(association: try await Instances(call).disassociate(associationID), state: "disassociating")
    }
}

/// Tells which instances have which profiles.
struct DescribeIamInstanceProfileAssociations: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeIamInstanceProfileAssociations")]

    private let query: InstanceQuery

    init(from reader: QueryReader) throws(RequestError) { query = try reader.instances(ids: "AssociationId") }

    func run(in call: Call) async throws -> Answer { Answer(page: try await Instances(call).profileAssociations(query)) }

    struct Answer: XMLEncodable {
        let page: Page<ProfileAssociation>

        func write(to xml: inout XMLWriter) {
            xml.list("iamInstanceProfileAssociationSet", page.elements) { xml, association in
                association.write(to: &xml, state: ProfileAssociation.state)
            }
            xml.element("nextToken", page.nextToken)
        }
    }
}

struct AssociationAnswer: XMLEncodable {
    let association: ProfileAssociation
    /// On its way, as EC2 answers; what is described next has arrived.
    let state: String

    func write(to xml: inout XMLWriter) {
        xml.element("iamInstanceProfileAssociation") { association.write(to: &$0, state: state) }
    }
}

extension ProfileAssociation {
    fileprivate func write(to xml: inout XMLWriter, state: String) {
        xml.element("associationId", id.rawValue)
        xml.element("iamInstanceProfile") { xml in
            xml.element("arn", profile.arn)
            xml.element("id", profile.id)
        }
        xml.element("instanceId", instance.rawValue)
        xml.element("state", state)
        xml.element("timestamp", associatedAt)
    }
}

/// `IamInstanceProfile`, which is needed.
private struct ProfileParameter {
    let profile: LaunchRequest.Profile?
    private let refusal: Fault?

    init(from query: QueryReader) throws(RequestError) {
        (profile, refusal) = try query.instanceProfile()
        if profile == nil, refusal == nil { throw .missing("IamInstanceProfile") }
    }

    var required: LaunchRequest.Profile {
        get throws {
            guard let profile else {
                throw refusal ?? Fault(.missingParameter, "The request must contain the parameter IamInstanceProfile")
            }
            return profile
        }
    }

    func facts(in call: Call) async throws -> ConditionFacts {
        guard let arn = try await Instances(call).arn(of: profile) else { return [:] }
        return ["ec2:newinstanceprofile": [arn]]
    }
}

extension Call {
    /// The instance that has an association; any where there is none, which the call itself refuses.
    fileprivate func instance(withAssociation id: String) async throws -> [PolicyResource] {
        [instance(try await Instances(self).instance(withAssociation: id)?.rawValue ?? "*")]
    }
}
