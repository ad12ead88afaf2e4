import Foundation

/// An alias: a name for a key in one account and Region, which can be moved to another key.
package struct KeyAlias: Hashable, Sendable {
    package let name: AliasName
    package let account: AccountID
    package var target: KeyID
    package let createdAt: Date
    package var updatedAt: Date

    package init(name: AliasName, account: AccountID, target: KeyID, createdAt: Date, updatedAt: Date) {
        self.name = name
        self.account = account
        self.target = target
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    package func arn(in region: Region) -> KeyARN { KeyARN(region: region, account: account, resource: .alias(name)) }
}
