import Sealing

/// Where a data folder's root key comes from.
package enum RootKeySource: Sendable {
    /// `root.key` in the data folder, made at first start.
    case dataFolder
    /// A key file that the operator keeps elsewhere.
    case file(String)
    case passphrase(SecretBytes)
}

/// The root key cannot be had, or is not the one of this data folder.
package enum RootKeyError: Error, CustomStringConvertible {
    case unreadable(path: String, problem: String)
    case openToOthers(path: String)
    case notAKeyFile(path: String)
    case missing(path: String)
    case unknown(path: String)
    case passphraseNeeded
    case passphraseTooShort
    case wrongFile(path: String)
    case wrongPassphrase
    case vaultDamaged(SealingError)

    package var description: String {
        switch self {
        case .unreadable(let path, let problem): "\(path): reading the root key failed: \(problem)"
        case .openToOthers(let path): "\(path) holds a secret and can be read by others than its owner: chmod 600 \(path)"
        case .notAKeyFile(let path): "\(path) is no key file: it takes 64 hexadecimal digits, as openssl rand -hex 32 prints them"
        case .missing(let path):
            "the root key of this data folder is missing: put \(path) back from its backup, or name the key file with --root-key. "
                + "Without it nobody can read the KMS keys, nor what they encrypt"
        case .unknown(let path):
            "\(path) knows no root key, and there is data that one has encrypted: put the file back from a backup, as docs/operating.md says"
        case .passphraseNeeded:
            "the root key of this data folder is a passphrase: give it with --root-passphrase-file or FERRY_ROOT_PASSPHRASE"
        case .passphraseTooShort: "a passphrase for the root key must have at least \(PassphraseStretch.passphraseBytesMin) bytes"
        case .wrongFile(let path): "\(path) is not the root key of this data folder"
        case .wrongPassphrase: "this is not the passphrase of this data folder's root key"
        case .vaultDamaged(let cause): "the root key is the right one, but a vault key in directory.sqlite does not open: \(cause)"
        }
    }
}
