import Domain
import Metadata

/// What the use cases of IAM are written with.
extension Call {
    /// Changes what IAM keeps. The number of its rows moves in the same transaction, so that nothing that was read before counts any more.
    func changeIAM<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        try await deployment.directory.write { transaction in
            let value = try body(transaction)
            try IAMVersionTable(transaction).bump()
            return value
        }
    }

    func readIAM<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        try await deployment.directory.read(body)
    }
}

/// Whom an action of IAM is about that may be called without a `UserName`.
package enum IAMSubject: Hashable, Sendable {
    /// The caller's account itself.
    case rootUser
    case user(IAMIdentity)

    /// What the rows of access keys and passwords know the subject by.
    package var userID: String? {
        guard case .user(let user) = self else { return nil }
        return user.id
    }

    /// As answers name it.
    package var userName: String {
        switch self {
        case .rootUser: Self.rootUserName
        case .user(let user): user.name
        }
    }

    package static let rootUserName = "root"

    /// The user of a name; the caller without one.
    ///
    /// - Throws: `Fault` `NoSuchEntity`; `ValidationError` when the caller is no user and names none.
    static func find(_ name: String?, for caller: Principal, in transaction: Transaction) throws -> IAMSubject {
        let table = IAMIdentityTable(transaction)
        if let name {
            let user = try table.find(.user, name, of: caller.account)
            // Answers call the root user so, and clients send back what they were told.
            if user == nil, name == rootUserName, caller.kind == .rootUser { return .rootUser }
            guard let user else { throw Fault.noSuchEntity(.user, name) }
            return .user(user)
        }
        switch caller.kind {
        case .rootUser: return .rootUser
        case .user(let own):
            guard let user = try table.find(id: own.id) else { throw Fault.noSuchEntity(.user, own.name) }
            return .user(user)
        case .role, .federatedUser, .anonymous:
            throw Fault(.validationError, "Must specify userName when calling with non-User credentials")
        }
    }
}
