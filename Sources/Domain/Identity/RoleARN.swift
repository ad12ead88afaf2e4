/// The name of a role, with its account: `arn:aws:iam::123456789012:role/team/builder`.
package struct RoleARN: Hashable, Sendable, CustomStringConvertible {
    package let arn: ARN
    package let account: AccountID
    /// With a slash at both ends.
    package let path: String
    package let name: String

    package init?(_ text: String) {
        guard let arn = ARN(visible: text), ARN.partitions.contains(arn.partition), arn.service == "iam", arn.region.isEmpty,
            let account = AccountID(rawValue: arn.account), arn.resource.hasPrefix("role/"),
            let name = arn.resource.split(separator: "/", omittingEmptySubsequences: false).last, !name.isEmpty
        else { return nil }
        self.arn = arn
        self.account = account
        self.name = String(name)
        path = String(arn.resource.dropFirst("role".count).dropLast(name.count))
    }

    package var description: String { arn.description }
}
