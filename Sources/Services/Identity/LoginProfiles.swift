import Dispatch
import Domain
import Foundation
import Metadata
import Sealing

/// The passwords of the account's users.
package struct LoginProfiles: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// What answers tell of a password: never the password.
    package struct Description: Sendable {
        package let userName: String
        package let createdAt: Date
        package let isResetRequired: Bool
    }

    /// - Parameter userName: the caller when nil, as in all of these.
    /// - Throws: `Fault` `EntityAlreadyExists`, `PasswordPolicyViolation`.
    package func create(for userName: String?, password: String, isResetRequired: Bool) async throws -> Description {
        let state = try await state(of: userName)
        guard state.profile == nil else { throw Self.exists(state.user) }
        let hash = try await hash(password, for: state)
        let now = call.now
        try await commit(state) { transaction in
            try Self.set(hash, of: state, isResetRequired: isResetRequired, at: now, in: transaction)
        }
        return Description(userName: state.user.name, createdAt: now, isResetRequired: isResetRequired)
    }

    package func describe(_ userName: String?) async throws -> Description {
        let state = try await state(of: userName)
        guard let profile = state.profile else { throw Self.notFound(state.user.name) }
        return Description(userName: state.user.name, createdAt: profile.createdAt, isResetRequired: profile.isResetRequired)
    }

    /// Changes what is given.
    package func update(_ userName: String, password: String?, isResetRequired: Bool?) async throws {
        let state = try await state(of: userName)
        guard let profile = state.profile else { throw Self.notFound(state.user.name) }
        let hash = if let password { try await hash(password, for: state) } else { PasswordHash?.none }
        let now = call.now
        try await commit(state) { transaction in
            let isRequired = isResetRequired ?? profile.isResetRequired
            guard let hash else { return try IAMPasswordTable(transaction).setResetRequired(isRequired, of: state.user.id) }
            try Self.set(hash, of: state, isResetRequired: isRequired, at: now, in: transaction)
        }
    }

    package func delete(_ userName: String?) async throws {
        let state = try await state(of: userName)
        guard state.profile != nil else { throw Self.notFound(state.user.name) }
        try await commit(state) { try IAMPasswordTable($0).deleteProfile(of: state.user.id) }
    }

    /// Changes the caller's own password.
    ///
    /// - Throws: `Fault` `InvalidUserType` for who is no user; `AccessDenied` when the old password is another.
    package func change(from old: String, to new: String) async throws {
        guard case .user(let caller) = call.principal.kind else {
            throw Fault(.invalidUserType, "Only IAM users have a password that they can change.")
        }
        let state = try await state(of: caller.name)
        guard let profile = state.profile else { throw Self.notFound(state.user.name) }
        let current = PasswordHash(salt: profile.salt, rounds: profile.rounds, hash: profile.hash)
        guard try await hashed(old, like: current).isSame(as: current) else {
            throw Fault(.accessDenied, "The old password is not the password of the user \(state.user.name).")
        }
        let hash = try await hash(new, for: state)
        let now = call.now
        try await commit(state) { try Self.set(hash, of: state, isResetRequired: false, at: now, in: $0) }
    }

    // How a password comes in.

    /// What a new password is checked against.
    private struct State: Sendable {
        let user: IAMIdentity
        let profile: LoginProfileRow?
        let policy: PasswordPolicy?
        let alias: String?
        let former: [PasswordHash]
    }

    private func state(of userName: String?) async throws -> State {
        let caller = call.principal
        return try await call.readIAM { transaction in
            guard case .user(let user) = try IAMSubject.find(userName, for: caller, in: transaction) else {
                throw Self.notFound(IAMSubject.rootUserName)
            }
            let account = IAMAccountTable(transaction)
            let policy = try account.passwordPolicy(of: user.account)
            let table = IAMPasswordTable(transaction)
            return State(
                user: user,
                profile: try table.profile(of: user.id),
                policy: policy,
                alias: try account.alias(of: user.account),
                former: try table.former(of: user.id, limit: policy?.reusePrevention ?? 0).map {
                    PasswordHash(salt: $0.salt, rounds: $0.rounds, hash: $0.hash)
                }
            )
        }
    }

    /// Checks a new password against the account's policy, and hashes it: before the transaction, because that takes its time.
    private func hash(_ password: String, for state: State) async throws -> PasswordHash {
        try PasswordPolicy.check(password, against: state.policy, besides: [state.user.name] + [state.alias].compactMap { $0 })
        let hash = try await hashed(password, like: state.former.first)
        // All of a user's are made with one salt, unless what they cost has changed.
        for kind in Set(state.former.map { [UInt8]("\($0.rounds)".utf8) + $0.salt }) {
            guard let some = state.former.first(where: { [UInt8]("\($0.rounds)".utf8) + $0.salt == kind }) else { continue }
            let candidate = some.salt == hash.salt && some.rounds == hash.rounds ? hash : try await hashed(password, like: some)
            guard !state.former.contains(where: candidate.isSame) else {
                throw PasswordPolicy.violation("It is one of the user's last \(state.former.count) passwords.")
            }
        }
        return hash
    }

    private func hashed(_ password: String, like other: PasswordHash?) async throws -> PasswordHash {
        try await call.deployment.hash(of: password, like: other, for: call.account)
    }

    /// Writes, unless the user's password was changed, or the user went, since the state was read.
    private func commit(_ state: State, _ body: @escaping @Sendable (Transaction) throws -> Void) async throws {
        try await call.changeIAM { transaction in
            guard let user = try IAMIdentityTable(transaction).find(id: state.user.id) else {
                throw Fault.noSuchEntity(.user, state.user.name)
            }
            let profile = try IAMPasswordTable(transaction).profile(of: user.id)
            if state.profile == nil, profile != nil { throw Self.exists(user) }
            guard profile?.changedAt == state.profile?.changedAt else {
                throw Fault(
                    .entityTemporarilyUnmodifiable,
                    "The login profile of the user \(user.name) is being changed by another call. Try again."
                )
            }
            try body(transaction)
        }
    }

    private static func set(
        _ hash: PasswordHash,
        of state: State,
        isResetRequired: Bool,
        at now: Date,
        in transaction: Transaction
    ) throws {
        try IAMPasswordTable(transaction).set(
            LoginProfileRow(
                userID: state.user.id,
                salt: hash.salt,
                rounds: hash.rounds,
                hash: hash.hash,
                isResetRequired: isResetRequired,
                changedAt: now,
                createdAt: state.profile?.createdAt ?? now
            )
        )
    }

    private static func exists(_ user: IAMIdentity) -> Fault {
        Fault(.entityAlreadyExists, "Login Profile for user \(user.name) already exists.")
    }

    private static func notFound(_ name: String) -> Fault { Fault(.noSuchEntity, "Login Profile for User \(name) cannot be found.") }
}

extension Deployment {
    /// Hashes a password on a thread that may take its time, and not many at once.
    ///
    /// - Parameter holder: the account whose turn it is.
    func hash(of password: String, like other: PasswordHash?, for holder: AccountID) async throws -> PasswordHash {
        try await passwords.pass(for: holder) {
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global(qos: .utility).async {
                    continuation.resume(with: Result { try PasswordHash(of: password, like: other) })
                }
            }
        }
    }
}
