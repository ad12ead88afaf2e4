/// Whom an image or a snapshot is shared with. Its text is what rows hold, and what names it alone.
package enum ShareTarget: RawRepresentable, Hashable, Comparable, Sendable {
    /// The group `all`: what is shared with it is public.
    case everyone
    case account(AccountID)
    /// The ARN of an organization.
    case organization(String)
    /// The ARN of an organizational unit; those below it are meant too.
    case organizationalUnit(String)

    package init?(rawValue: String) {
        if rawValue == Self.everyone.rawValue {
            self = .everyone
        } else if let account = AccountID(rawValue: rawValue) {
            self = .account(account)
        } else if Self.isOrganization(rawValue) {
            self = .organization(rawValue)
        } else if Self.isOrganizationalUnit(rawValue) {
            self = .organizationalUnit(rawValue)
        } else {
            return nil
        }
    }

    package var rawValue: String {
        switch self {
        case .everyone: "all"
        case .account(let account): account.rawValue
        case .organization(let arn), .organizationalUnit(let arn): arn
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    private static func isOrganization(_ text: String) -> Bool {
        text.wholeMatch(of: /arn:aws[a-z-]*:organizations::[0-9]{12}:organization\/o-[a-z0-9]{10,32}/) != nil
    }

    private static func isOrganizationalUnit(_ text: String) -> Bool {
        text.wholeMatch(of: /arn:aws[a-z-]*:organizations::[0-9]{12}:ou\/o-[a-z0-9]{10,32}\/ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}/) != nil
    }
}

/// The texts of a request, read with EC2's errors (docs/behaviour/sharing.md, "Whom it is shared with").
extension ShareTarget {
    package init(userID text: String) throws {
        guard let account = AccountID(rawValue: text) else { throw Self.invalid(text, "userId") }
        self = .account(account)
    }

    package init(group text: String) throws {
        guard text == Self.everyone.rawValue else { throw Self.invalid(text, "UserGroup") }
        self = .everyone
    }

    package init(organizationARN text: String) throws {
        guard Self.isOrganization(text) else { throw Self.invalid(text, "organizationArn") }
        self = .organization(text)
    }

    package init(organizationalUnitARN text: String) throws {
        guard Self.isOrganizationalUnit(text) else { throw Self.invalid(text, "organizationalUnitArn") }
        self = .organizationalUnit(text)
    }

    private static func invalid(_ text: String, _ type: String) -> Fault {
        Fault(.invalidImageAttributeItemValue, "Invalid attribute item value \"\(text.prefix(256))\" for \(type) item type.")
    }
}
