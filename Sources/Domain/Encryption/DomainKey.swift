/// What the data key of a domain is wrapped by.
package enum DomainKey: RawRepresentable, Hashable, Sendable {
    case kms(KeyID)
    /// The vault: a key of S3's own, which no account sees.
    case s3

    package init?(rawValue: String) {
        if rawValue == "s3" {
            self = .s3
        } else {
            guard let id = KeyID(rawValue: rawValue) else { return nil }
            self = .kms(id)
        }
    }

    package var rawValue: String {
        switch self {
        case .kms(let id): id.rawValue
        case .s3: "s3"
        }
    }
}
