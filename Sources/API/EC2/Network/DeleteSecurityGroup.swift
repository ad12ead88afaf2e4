import Domain
import Services
import Wire

/// Deletes a security group that no other refers to.
struct DeleteSecurityGroup: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:DeleteSecurityGroup") { action, call in [try await call.securityGroup(action.group)] }
    ]

    private let group: SecurityGroupReference

    init(from query: QueryReader) throws(RequestError) { group = try query.securityGroup() }

    func run(in call: Call) async throws -> Answer { Answer(id: try await SecurityGroups(call).delete(group)) }

    struct Answer: XMLEncodable {
        let id: SecurityGroupID

        func write(to xml: inout XMLWriter) {
            xml.element("return", true)
            xml.element("groupId", id.rawValue)
        }
    }
}
