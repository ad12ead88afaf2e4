import API

/// What Organizations tells, as pages read it.
enum OrganizationAnswer {
    struct Nothing: Decodable {}

    struct Account: Decodable, Sendable {
        let id: String
        let arn: String
        let name: String
        let email: String
        let state: String
        let joinedTimestamp: Double?

        var stateCell: Cell { .state(state.lowercased()) }
    }

    struct Accounts: Decodable {
        let accounts: [Account]
        let nextToken: String?
    }

    struct OneAccount: Decodable {
        let account: Account
    }

    struct Creation: Decodable {
        struct Status: Decodable {
            let id: String
            let state: String
            let accountId: String?
            let failureReason: String?
        }

        let createAccountStatus: Status
    }

    struct Root: Decodable, Sendable {
        let id: String
        let name: String
    }

    struct Roots: Decodable {
        let roots: [Root]
    }

    struct Units: Decodable {
        let organizationalUnits: [Root]
        let nextToken: String?
    }

    struct Unit: Decodable {
        let organizationalUnit: Root
    }

    struct Parents: Decodable {
        struct Parent: Decodable {
            let id: String
            let type: String
        }

        let parents: [Parent]
    }

    struct Policies: Decodable {
        let policies: [Summary]
        let nextToken: String?
    }

    struct Summary: Decodable, Sendable {
        let id: String
        let arn: String
        let name: String
        let description: String?
        let awsManaged: Bool
    }

    struct Policy: Decodable {
        struct Content: Decodable {
            let policySummary: Summary
            let content: String
        }

        let policy: Content
    }

    struct Targets: Decodable {
        struct Target: Decodable {
            let targetId: String
            let name: String
            let type: String
        }

        let targets: [Target]
        let nextToken: String?
    }

    struct RootKey: Decodable {
        let accessKeyId: String
        let secretAccessKey: String
    }
}

/// What a listing of Organizations is asked.
struct OrganizationQuestion: Encodable {
    var parentId: String?
    var targetId: String?
    var policyId: String?
    var filter: String?
    var nextToken: String?
}

extension Visit {
    /// The type of policies that there are.
    static let serviceControl = "SERVICE_CONTROL_POLICY"

    /// An action of Organizations.
    ///
    /// - Throws: `CallRefusal`
    func organizations<Answered: Decodable>(_ action: String, _ members: some Encodable) async throws -> Answered {
        try await json("organizations", "AWSOrganizationsV20161128.\(action)", members)
    }

    /// The same, of what answers nothing that a page reads.
    func organizations(_ action: String, with members: some Encodable) async throws {
        let _: OrganizationAnswer.Nothing = try await organizations(action, members)
    }

    func organizationAccount(_ id: String) async throws -> OrganizationAnswer.Account {
        let found: OrganizationAnswer.OneAccount = try await organizations("DescribeAccount", ["AccountId": id])
        return found.account
    }

    func root() async throws -> OrganizationAnswer.Root {
        let found: OrganizationAnswer.Roots = try await organizations("ListRoots", OrganizationQuestion())
        guard let root = found.roots.first else { throw PageFault.notFound }
        return root
    }

    func units(in parent: String, max: Int) async throws -> [OrganizationAnswer.Root] {
        var (units, question) = ([OrganizationAnswer.Root](), OrganizationQuestion(parentId: parent))
        repeat {
            let page: OrganizationAnswer.Units = try await organizations("ListOrganizationalUnitsForParent", question)
            units += page.organizationalUnits
            question.nextToken = page.nextToken
        } while question.nextToken != nil && units.count < max
        return units
    }

    /// All service control policies, as far as a form can propose them; those of one root, unit or account with a target.
    func controlPolicies(of target: String? = nil) async throws -> [OrganizationAnswer.Summary] {
        let action = target == nil ? "ListPolicies" : "ListPoliciesForTarget"
        var question = OrganizationQuestion(targetId: target, filter: Self.serviceControl)
        var policies: [OrganizationAnswer.Summary] = []
        repeat {
            let page: OrganizationAnswer.Policies = try await organizations(action, question)
            policies += page.policies
            question.nextToken = page.nextToken
        } while question.nextToken != nil && policies.count < 200
        return policies
    }
}
