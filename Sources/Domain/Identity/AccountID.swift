/// An account: 12 decimal digits.
package struct AccountID: RawRepresentable, Hashable, Sendable, CustomStringConvertible, Codable {
    package let rawValue: String

    package init?(rawValue: String) {
        guard rawValue.utf8.count == 12, rawValue.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        self.rawValue = rawValue
    }

    /// Of whoever calls without a signature: no id, so that nothing is ever its own.
    package static let nobody = AccountID(naming: "anonymous")

    private init(naming text: String) { rawValue = text }

    package static func random() -> AccountID { AccountID(naming: String(UInt64.random(in: 100_000_000_000...999_999_999_999))) }

    package var description: String { rawValue }
}
