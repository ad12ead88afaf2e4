/// Which encryption contexts a grant is for.
package enum GrantConstraint: Hashable, Sendable {
    case contextEquals(EncryptionContext)
    case contextContains(EncryptionContext)

    /// Whether it is for nothing that another is not for.
    func isWithin(_ other: GrantConstraint) -> Bool {
        switch (other, self) {
        case (.contextEquals(let wanted), .contextEquals(let own)): own == wanted
        case (.contextEquals, .contextContains): false
        case (.contextContains(let wanted), .contextEquals(let own)), (.contextContains(let wanted), .contextContains(let own)):
            own.contains(wanted)
        }
    }

    package func allows(_ context: EncryptionContext) -> Bool {
        switch self {
        case .contextEquals(let wanted): context == wanted
        case .contextContains(let wanted): context.contains(wanted)
        }
    }
}
