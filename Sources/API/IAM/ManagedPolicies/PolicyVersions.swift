import Domain
import Services
import Wire

/// Gives a policy another document, which is in force at once or when it is made the default.
struct CreatePolicyVersion: IAMAction {
    static let permissions = [Permission<Self>("iam:CreatePolicyVersion") { [$1.policy($0.arn)] }]

    private let arn: String
    private let document: String
    private let isDefault: Bool

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.text("PolicyArn", .arn)
        document = try query.text("PolicyDocument", .policyDocument)
        isDefault = try query["SetAsDefault"] ?? false
    }

    func run(in call: Call) async throws -> VersionAnswer {
        let version = try await ManagedPolicies(call).createVersion(of: arn, document: document, isDefault: isDefault)
        return VersionAnswer(version: version, hasDocument: false)
    }
}

struct GetPolicyVersion: IAMAction {
    static let permissions = [Permission<Self>("iam:GetPolicyVersion") { [$1.policy($0.arn)] }]

    private let arn: String
    private let version: String

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.text("PolicyArn", .arn)
        version = try query.text("VersionId", .versionID)
    }

    func run(in call: Call) async throws -> VersionAnswer {
        VersionAnswer(version: try await ManagedPolicies(call).version(version, of: arn), hasDocument: true)
    }
}

struct ListPolicyVersions: IAMAction {
    static let permissions = [Permission<Self>("iam:ListPolicyVersions") { [$1.policy($0.arn)] }]

    private let arn: String
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.text("PolicyArn", .arn)
        page = try query.page
    }

    func run(in call: Call) async throws -> Answer { Answer(page: try await ManagedPolicies(call).versions(of: arn, page)) }

    struct Answer: XMLEncodable {
        let page: Page<DescribedVersion>

        func write(to xml: inout XMLWriter) {
            xml.members("Versions", page.elements) { $0.write($1, withDocument: false) }
            xml.pageEnd(page)
        }
    }
}

struct DeletePolicyVersion: IAMAction {
    static let permissions = [Permission<Self>("iam:DeletePolicyVersion") { [$1.policy($0.arn)] }]

    private let arn: String
    private let version: String

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.text("PolicyArn", .arn)
        version = try query.text("VersionId", .versionID)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await ManagedPolicies(call).deleteVersion(version, of: arn)
        return XMLEmpty()
    }
}

/// Puts a version in force for all who have the policy.
struct SetDefaultPolicyVersion: IAMAction {
    static let permissions = [Permission<Self>("iam:SetDefaultPolicyVersion") { [$1.policy($0.arn)] }]

    private let arn: String
    private let version: String

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.text("PolicyArn", .arn)
        version = try query.text("VersionId", .versionID)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await ManagedPolicies(call).setDefaultVersion(version, of: arn)
        return XMLEmpty()
    }
}

/// One version, as answers have it.
struct VersionAnswer: XMLEncodable {
    let version: DescribedVersion
    let hasDocument: Bool

    func write(to xml: inout XMLWriter) { xml.element("PolicyVersion") { $0.write(version, withDocument: hasDocument) } }
}
