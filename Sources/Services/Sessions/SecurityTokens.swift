import Domain
import Foundation
import Metadata

/// The sessions that a caller begins.
package struct SecurityTokens: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }

    var sessions: Sessions { Sessions(tokens: call.deployment.tokens, directory: call.deployment.directory) }

    /// Temporary keys of the caller itself.
    package func sessionToken(seconds: Int?) throws -> TemporaryKeys {
        try sessions.begin(session(seconds, SessionContent()), as: call.principal)
    }

    /// Temporary keys of somebody whom the caller vouches for, who may do what both the caller and the policies of the session may.
    package func federationToken(for name: String, seconds: Int?, _ content: SessionContent) throws -> TemporaryKeys {
        try content.check(in: call.account)
        let user: Principal.UserName? = if case .user(let user) = call.principal.kind { user } else { nil }
        let principal = Principal(account: call.account, accessKeyID: "", kind: .federatedUser(name: name, of: user))
        return try sessions.begin(session(seconds, content), as: principal)
    }

    /// The root user's sessions last an hour at most, whatever is asked for.
    private func session(_ seconds: Int?, _ content: SessionContent) -> CallerSession {
        var seconds = seconds ?? SessionLimits.standardOfUser
        if call.principal.kind == .rootUser { seconds = min(seconds, SessionLimits.hour) }
        return session(for: seconds, content)
    }

    func session(for seconds: Int, _ content: SessionContent) -> CallerSession {
        // Tokens tell whole seconds.
        let now = Date(timeIntervalSince1970: call.now.timeIntervalSince1970.rounded(.down))
        return CallerSession(
            policy: content.policy,
            policyARNs: content.policyARNs,
            tags: content.tags,
            transitiveTagKeys: content.transitiveTagKeys,
            issuedAt: now,
            expiresAt: now.addingTimeInterval(Double(seconds))
        )
    }

    /// The account that an access key belongs to. Temporary keys tell it themselves.
    package func account(ofAccessKey id: String) async throws -> AccountID {
        let kept = try await call.deployment.directory.read { try DirectoryTable($0).account(ofAccessKey: id) }
        guard let account = kept ?? TemporaryKeyID.account(of: id) else { throw Fault(.validationError, "Invalid AccessKeyId") }
        return account
    }
}

/// The ids of temporary keys, which tell the account as those of AWS do.
enum TemporaryKeyID {
    private static let prefix = "ASIA"
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    /// Eight letters of five bits hold any account.
    private static let accountLetters = 8

    static func random(of account: AccountID) -> String {
        let number = UInt64(account.rawValue) ?? 0
        let text = (0..<accountLetters).reversed().map { letters[Int(number >> (5 * UInt64($0)) & 31)] }
        return prefix + String(text) + RandomLetters.make(8)
    }

    static func account(of id: String) -> AccountID? {
        guard id.hasPrefix(prefix), id.count == prefix.count + 2 * accountLetters else { return nil }
        var number: UInt64 = 0
        for letter in id.dropFirst(prefix.count).prefix(accountLetters) {
            guard let digit = letters.firstIndex(of: letter) else { return nil }
            number = number << 5 | UInt64(digit)
        }
        let text = String(number)
        return AccountID(rawValue: String(repeating: "0", count: max(0, 12 - text.count)) + text)
    }
}
