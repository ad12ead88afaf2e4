/// Which encryption contexts a grant is for.
package enum GrantConstraint: Hashable, Sendable {
    case contextEquals(EncryptionContext)
    case contextContains(EncryptionContext)

    package func allows(_ context: EncryptionContext) -> Bool {
        switch self {
        case .contextEquals(let wanted): context == wanted
        case .contextContains(let wanted): context.contains(wanted)
        }
    }
}
