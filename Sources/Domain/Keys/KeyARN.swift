/// Where a key or an alias lives, and its name there: `arn:aws:kms:REGION:ACCOUNT:key/ID` or `…:alias/NAME`.
package struct KeyARN: Hashable, Sendable, CustomStringConvertible {
    package enum Resource: Hashable, Sendable {
        case key(KeyID)
        case alias(AliasName)
        /// Text that can be the name of no key and no alias here.
        case unknown(String)
    }

    package let region: Region
    package let account: AccountID
    package let resource: Resource

    package init(region: Region, account: AccountID, resource: Resource) {
        self.region = region
        self.account = account
        self.resource = resource
    }

    /// Nil when the text is no ARN of KMS.
    package init?(_ text: String) {
        guard let arn = ARN(text), arn.service == "kms", let region = Region(rawValue: arn.region),
            let account = AccountID(rawValue: arn.account), arn.partition == region.partition
        else { return nil }
        self.init(region: region, account: account, resource: Self.resource(arn.resource))
    }

    private static func resource(_ text: String) -> Resource {
        if let name = AliasName(rawValue: text) { return .alias(name) }
        if text.hasPrefix("key/"), let id = KeyID(rawValue: String(text.dropFirst(4))) { return .key(id) }
        return .unknown(text)
    }

    package var description: String {
        let name =
            switch resource {
            case .key(let id): "key/\(id)"
            case .alias(let name): name.rawValue
            case .unknown(let text): text
            }
        return "arn:\(region.partition):kms:\(region):\(account):\(name)"
    }
}
