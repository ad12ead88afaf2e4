import Domain
import Foundation
import Metadata

/// What CreateAccount asks for.
package struct AccountCreation: Sendable {
    package static let standardRole = "OrganizationAccountAccessRole"

    package let name: String
    package let email: String
    package let role: String
    package let tags: [Tag]

    package init(name: String, email: String, role: String? = nil, tags: [Tag] = []) {
        self.name = name
        self.email = email
        self.role = role ?? Self.standardRole
        self.tags = tags
    }
}

/// An account, and where it stands: `o-…/r-…/ou-…/123456789012/`.
package struct PlacedAccount: Sendable {
    package let account: MemberAccount
    package let path: String
}

extension Organizations {
    /// Creates an account. What it cannot be created for stands in the request, as with AWS, whose work goes on when it has answered.
    package func createAccount(_ creation: AccountCreation) async throws -> AccountRequest {
        try OrganizationTags.check(creation.tags)
        let (now, partition) = (call.now, partition)
        return try await write { rows in
            var request = AccountRequest(name: creation.name, requestedAt: now)
            if let failure = try Self.failure(of: creation, rows) {
                request.fail(failure, at: now)
            } else {
                let account = MemberAccount(
                    id: try Self.newID(rows),
                    name: creation.name,
                    email: creation.email,
                    joinedAt: now,
                    parent: rows.organization.root
                )
                try rows.accounts.set(account)
                try rows.tags.set(creation.tags, of: account.id.rawValue)
                if rows.organization.hasPolicies { try rows.policies.attach(OrganizationPolicy.fullAccess.id, to: account.id.rawValue) }
                try rows.makeAccessRole(creation.role, in: account.id, partition: partition, at: now)
                request.succeed(with: account.id, at: now)
            }
            try rows.requests.insert(request)
            return request
        }
    }

    private static func failure(of creation: AccountCreation, _ rows: OrganizationRows) throws -> AccountRequest.Failure? {
        guard MemberAccount.isEmail(creation.email) else { return .invalidEmail }
        guard try !rows.accounts.isTaken(email: creation.email) else { return .emailAlreadyExists }
        return try rows.accounts.count() < OrganizationLimits.accounts ? nil : .accountLimitExceeded
    }

    private static func newID(_ rows: OrganizationRows) throws -> AccountID {
        while true {
            let id = AccountID.random()
            if try !rows.accounts.isKnown(id) { return id }
        }
    }

    package func request(_ id: String) async throws -> AccountRequest {
        try await read { rows in
            guard let request = try rows.requests.request(id) else {
                throw Fault(.createAccountStatusNotFound, "You specified a create account request that doesn't exist.")
            }
            return request
        }
    }

    package func requests(in states: [AccountRequest.State], _ page: PageRequest) async throws -> Page<AccountRequest> {
        let listing = "requests:\(states.map(\.rawValue).sorted().joined(separator: ","))"
        return try await self.page(of: listing, page, place: \.id) { rows, after, limit in
            try rows.requests.requests(in: states, after: after, limit: limit)
        }
    }

    package func account(_ id: AccountID) async throws -> PlacedAccount {
        try await read { rows in
            let account = try rows.requireAccount(id)
            return PlacedAccount(account: account, path: try rows.path(to: id.rawValue, under: account.parent))
        }
    }

    /// - Parameter parent: only those that are directly under it.
    package func accounts(under parent: String? = nil, _ page: PageRequest) async throws -> Page<PlacedAccount> {
        try await self.page(of: "accounts:\(parent ?? "")", page, place: \.account.id.rawValue) { rows, after, limit in
            if let parent { try rows.requireParent(parent, else: .noSuchParent) }
            var paths: [String: String] = [:]
            return try rows.accounts.accounts(under: parent, after: after, limit: limit).map { account in
                let above = try paths[account.parent] ?? rows.path(to: "", under: account.parent)
                paths[account.parent] = above
                return PlacedAccount(account: account, path: "\(above.dropLast())\(account.id)/")
            }
        }
    }

    /// Closes an account: from now on nobody signs for it. What it has stays.
    package func close(_ id: AccountID) async throws {
        try await write { rows in
            var account = try rows.requireAccount(id)
            guard id != rows.organization.managementAccount else {
                throw Fault.constraint("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You can't close the management account of an organization.")
            }
            guard account.status == .active else { throw Fault(.accountAlreadyClosed, "You specified an account that is already closed.") }
            account.status = .suspended
            try rows.accounts.set(account)
        }
    }

    package func move(_ id: AccountID, from source: String, to destination: String) async throws {
        try await write { rows in
            var account = try rows.requireAccount(id)
            guard account.parent == source else {
                throw Fault(.sourceParentNotFound, "You specified a source parent that doesn't exist, or that the account is not in.")
            }
            try rows.requireParent(
                destination,
                else: Fault(.destinationParentNotFound, "You specified a destination parent that doesn't exist.")
            )
            guard source != destination else {
                throw Fault(.duplicateAccount, "The account is already in the destination that you specified.")
            }
            account.parent = destination
            try rows.accounts.set(account)
        }
    }
}

extension OrganizationRows {
    /// Makes the role by which the management account works in a new account.
    fileprivate func makeAccessRole(_ name: String, in account: AccountID, partition: String, at now: Date) throws {
        let manager = "arn:\(partition):iam::\(organization.managementAccount):root"
        let statement = #"{"Effect":"Allow","Principal":{"AWS":"\#(manager)"},"Action":"sts:AssumeRole"}"#
        let role = IAMIdentity(
            id: IAMIdentity.randomID(of: .role),
            account: account,
            kind: .role,
            name: name,
            path: "/",
            trust: #"{"Version":"2012-10-17","Statement":[\#(statement)]}"#,
            trustIDs: PrincipalIDs.none,
            sessionSeconds: 3600,
            createdAt: now
        )
        try IAMIdentityTable(transaction).insert(role)
        if let administrator = ManagedPolicyARN(rawValue: "arn:\(partition):iam::aws:policy/AdministratorAccess") {
            try IAMAttachmentTable(transaction).attach(administrator, to: role.id, at: now)
        }
    }
}
