import Domain

/// How long sessions are, and how much they can carry.
package enum SessionLimits {
    package static let shortest = 900
    package static let hour = 3600
    /// Of a role, where its own setting allows.
    package static let longestOfRole = 43_200
    /// Of a user, or whom it federates; the root user's are an hour.
    package static let longestOfUser = 129_600
    package static let standardOfUser = 43_200
    /// Of whoever signs in to the console, as AWS's console has it.
    package static let console = 43_200
    package static let policyCharacters = 2_048
    package static let policyARNs = 10
    package static let tags = 50
    /// Of the policies and tags of a session, which its token carries in every request.
    package static let packedBytes = 4_096
}

extension Call {
    /// What sessions of users and of root users may not call, whatever their policies say: IAM, which does not know their keys, and of STS all
    /// but a little.
    ///
    /// - Throws: `SessionRefusal`, or `Fault` `AccessDenied`.
    package func checkSession(calls action: String, of service: String) throws {
        guard let session, !session.isOfConsole else { return }
        switch principal.kind {
        case .role, .anonymous: return
        case .rootUser, .user:
            if service == "iam" { throw SessionRefusal.invalid }
            guard service != "sts" || ["AssumeRole", "GetCallerIdentity"].contains(action) else { break }
            return
        case .federatedUser:
            if service == "iam" { throw SessionRefusal.invalid }
            guard service != "sts" || action == "GetCallerIdentity" else { break }
            return
        }
        throw Fault(.accessDenied, "Cannot call \(action) with session credentials")
    }
}
