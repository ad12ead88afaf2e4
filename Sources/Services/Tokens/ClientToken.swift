import Domain
import Foundation
import Metadata

/// What makes a call repeatable: the client's token and a fingerprint of the other parameters (docs/behaviour/requests.md,
/// "Client tokens").
package struct ClientToken: Sendable {
    package static let lengthMax = 128

    package let text: String
    package let fingerprint: [UInt8]

    package init(text: String, fingerprint: [UInt8]) {
        self.text = text
        self.fingerprint = fingerprint
    }

    /// The resource that an earlier call with this token made. Throws `mismatch` when that call had other parameters.
    func replayedResource(
        of action: String,
        account: AccountID,
        mismatch: Fault,
        in transaction: Transaction
    ) throws -> String? {
        guard let known = try ClientTokenTable(transaction).find(account: account, action: action, token: text) else { return nil }
        guard known.fingerprint == fingerprint else { throw mismatch }
        return known.resourceID
    }

    func remember(_ resourceID: String, of action: String, account: AccountID, at date: Date, in transaction: Transaction) throws {
        try ClientTokenTable(transaction).insert(
            account: account,
            action: action,
            token: text,
            fingerprint: fingerprint,
            resourceID: resourceID,
            at: date
        )
    }
}
