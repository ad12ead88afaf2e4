import Domain

/// The caller may not do what it asks for.
package struct AccessDenied: Error, CustomStringConvertible {
    package let denial: AccessDenial
    /// Whether the resource is another account's: whoever asks is told no more than that.
    package let isAbroad: Bool
    /// What DecodeAuthorizationMessage makes readable.
    package let encoded: String?

    package init(_ denial: AccessDenial, isAbroad: Bool = false, encoded: String? = nil) {
        self.denial = denial
        self.isAbroad = isAbroad
        self.encoded = encoded
    }

    /// In AWS's words.
    package var description: String {
        guard isAbroad, denial.isOfKey, denial.type == .resource else { return denial.message }
        return
            "User: \(denial.caller) is not authorized to perform: \(denial.action) on this resource because the resource does not exist in this "
            + "Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
    }
}
