package enum AccessDecision: Sendable {
    case allowed
    case denied(AccessDenial)

    package var isAllowed: Bool {
        guard case .allowed = self else { return false }
        return true
    }
}

/// A kind of policy, by what it is attached to.
package enum PolicyType: String, Sendable, CaseIterable {
    case identity = "identity-based policy"
    case resource = "resource-based policy"
    case boundary = "permissions boundary"
    case session = "session policy"
    case serviceControl = "service control policy"
}

/// Why a request is refused.
package struct AccessDenial: Hashable, Sendable {
    /// What a statement refuses by name.
    package struct Explicit: Hashable, Sendable {
        package let policy: String
        /// Its `Sid`.
        package let statement: String?
    }

    /// The kind of policy that denies; or that would have to allow, and does not.
    package let type: PolicyType
    /// Nil where nothing denies and nothing allows.
    package let explicit: Explicit?
    /// As refusals name it.
    package let caller: String
    package let action: String
    package let resource: String

    package var isExplicit: Bool { explicit != nil }

    /// The same, as whoever asks of another account's resource is told: not what its policy says, nor which key stands behind an alias or made a
    /// ciphertext.
    package var toldAbroad: AccessDenial {
        AccessDenial(
            type: type,
            explicit: type == .resource ? nil : explicit,
            caller: caller,
            action: action,
            resource: isOfKey ? "*" : resource
        )
    }

    /// Whether it is a key that refuses.
    package var isOfKey: Bool { action.hasPrefix("kms:") }

    /// What AWS says, without what a service puts before it.
    package var message: String { message(on: " on resource: \(resource)") }

    /// The same in the words of S3, where a resource stands in quotation marks, and none is none.
    package var messageOfS3: String { message(on: resource == "*" ? "" : " on resource: \"\(resource)\"") }

    private func message(on place: String) -> String {
        let subject = "User: \(caller) is not authorized to perform: \(action)\(place)"
        let article = type == .identity ? "an" : "a"
        return isExplicit
            ? "\(subject) with an explicit deny in \(article) \(type.rawValue)"
            : "\(subject) because no \(type.rawValue) allows the \(action) action"
    }
}
