/// What the rules say of a new snapshot, before any key is looked at.
package enum EncryptionOutcome: Hashable, Sendable {
    case open
    case encrypted(under: KeyChoice)

    /// Which key it is to be.
    package enum KeyChoice: Hashable, Sendable {
        /// The one that the call names.
        case named(String)
        /// The one that the source or the parent is under: its ARN.
        case inherited(String)
        /// The account's default key in the Region.
        case accountDefault
        /// `alias/aws/ebs`, whatever the account's default key is.
        case managedByAWS
    }
}
