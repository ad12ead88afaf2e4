import Domain
import Foundation
import Metadata

/// Who of an account can sign and sign in with what, as a table (IAM, "Get credential reports for your AWS account"). It is made when it is
/// asked for, so it is never old.
package struct CredentialReport: Sendable {
    private static let columns =
        ["user", "arn", "user_creation_time"]
        + ["enabled", "last_used", "last_changed", "next_rotation"].map { "password_\($0)" } + ["mfa_active"]
        + ["1", "2"].flatMap { number in
            ["active", "last_rotated", "last_used_date", "last_used_region", "last_used_service"].map { "access_key_\(number)_\($0)" }
        }
        + ["cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated"]

    package let csv: String
    package let madeAt: Date

    package init(of call: Call) async throws {
        let (account, now, partition) = (call.account, call.now, call.region.partition)
        madeAt = now
        csv = try await call.readIAM { transaction in
            let credentials = CredentialTable(transaction)
            let maxAge = try IAMAccountTable(transaction).passwordPolicy(of: account)?.maxAge
            let passwords = try credentials.passwords(in: account)
            let keys = Dictionary(grouping: try credentials.accessKeys(in: account), by: \.userID)
            let certificates = Dictionary(grouping: try SigningCertificateTable(transaction).certificates(of: account), by: \.userID)
            let createdAt = try IAMAccountTable(transaction).createdAt(account) ?? now
            let root = Principal(account: account, accessKeyID: "").arn(in: partition)
            var lines = [Self.columns]
            lines.append(
                ["<root_account>", root, Self.text(createdAt), "false", "N/A", "N/A", "N/A", "false"]
                    + Self.fields(keys[nil] ?? [], certificates[nil] ?? [])
            )
            let users = try IAMIdentityTable(transaction).list(.user, of: account, after: nil, limit: Quota.users.ceiling)
            for user in users {
                lines.append(
                    [user.name, user.arn(in: partition).description, Self.text(user.createdAt)]
                        + Self.fields(passwords[user.id], maxAge: maxAge) + ["false"]
                        + Self.fields(keys[user.id] ?? [], certificates[user.id] ?? [])
                )
            }
            return lines.map { $0.map(Self.quoted).joined(separator: ",") }.joined(separator: "\n") + "\n"
        }
    }

    private static func fields(_ password: (changedAt: Date, usedAt: Date?)?, maxAge: Int?) -> [String] {
        guard let password else { return ["false", "N/A", "N/A", "N/A"] }
        let next = maxAge.map { text(password.changedAt.addingTimeInterval(Double($0) * 86_400)) }
        return ["true", password.usedAt.map(text) ?? "no_information", text(password.changedAt), next ?? "N/A"]
    }

    /// Two of each, present or not.
    private static func fields(_ keys: [AccessKey], _ certificates: [SigningCertificate]) -> [String] {
        var fields: [String] = []
        for index in 0..<AccessKey.perUserMax {
            guard index < keys.count else {
                fields += ["false", "N/A", "N/A", "N/A", "N/A"]
                continue
            }
            let (key, use) = (keys[index], keys[index].lastUse)
            fields += ["\(key.status == .active)", text(key.createdAt), use.map { text($0.date) } ?? "N/A"]
            fields += [use?.region ?? "N/A", use?.service ?? "N/A"]
        }
        for index in 0..<SigningCertificate.perUserMax {
            guard index < certificates.count else {
                fields += ["false", "N/A"]
                continue
            }
            fields += ["\(certificates[index].status == .active)", text(certificates[index].uploadedAt)]
        }
        return fields
    }

    /// Names and paths may have commas and quotes.
    private static func quoted(_ field: String) -> String {
        field.contains { $0 == "," || $0 == "\"" } ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
    }

    private static func text(_ date: Date) -> String { date.formatted(.iso8601) }
}
