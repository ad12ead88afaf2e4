/// The name of a managed policy: `arn:aws:iam::123456789012:policy/path/Name`, or `arn:aws:iam::aws:policy/Name` for one that AWS manages.
///
/// IAM is one for all Regions, so the partition is no part of the value: rows have that of `aws`, and answers that of the Region that was asked.
package struct ManagedPolicyARN: RawRepresentable, Hashable, Sendable {
    package enum Owner: Hashable, Sendable {
        case aws
        case account(AccountID)
    }

    package let owner: Owner
    /// With a slash at both ends.
    package let path: String
    package let name: String

    package init(owner: Owner, path: String, name: String) {
        self.owner = owner
        self.path = path
        self.name = name
    }

    /// As it stands in rows.
    package init?(rawValue: String) { self.init(rawValue, in: "aws") }

    package init?(_ text: String, in partition: String) {
        guard let arn = ARN(visible: text), arn.partition == partition, arn.service == "iam", arn.region.isEmpty else { return nil }
        let parts = arn.resource.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0] == "policy", let name = parts.last, !name.isEmpty else { return nil }
        if arn.account == "aws" {
            owner = .aws
        } else if let account = AccountID(rawValue: arn.account) {
            owner = .account(account)
        } else {
            return nil
        }
        path = parts.dropFirst().dropLast().reduce(into: "/") { $0 += "\($1)/" }
        self.name = String(name)
    }

    package var rawValue: String { text(in: "aws") }

    package func text(in partition: String) -> String {
        let account =
            switch owner {
            case .aws: "aws"
            case .account(let account): account.rawValue
            }
        return "arn:\(partition):iam::\(account):policy\(path)\(name)"
    }
}
