/// Where an account stands in an organization, by the ARNs under which things are shared with it.
package struct Membership: Hashable, Sendable {
    /// The ARN of its organization; nil for an account that is in none.
    package let organization: String?
    /// The ARNs of its organizational units: its own, and those above it.
    package let units: [String]

    package init(organization: String?, units: [String]) {
        self.organization = organization
        self.units = units
    }

    /// - Parameter arns: those of an organization and its units; others say nothing.
    package init(arns: [String]) {
        var (organization, units): (String?, [String]) = (nil, [])
        for arn in arns {
            switch ShareTarget(rawValue: arn) {
            case .organization: organization = arn
            case .organizationalUnit: units.append(arn)
            case .everyone, .account, nil: continue
            }
        }
        self.init(organization: organization, units: units)
    }

    package static let none = Membership(organization: nil, units: [])
}
