import Foundation

/// Somebody outside whose tokens an account takes for credentials: an OpenID Connect provider.
package struct OpenIDProvider: Hashable, Sendable {
    /// IAM and STS quotas, "Client IDs (audiences) in an OIDC provider".
    package static let clientIDsMax = 100
    /// IAM, CreateOpenIDConnectProvider, `ThumbprintList`.
    package static let thumbprintsMax = 5

    package let id: String
    package let account: AccountID
    /// Without `https://`, as tokens and policies name it.
    package let url: String
    /// For whom tokens are made that count here.
    package var clientIDs: [String]
    /// SHA-1 of certificates, in hexadecimal digits. Ferry calls nobody and keeps them as they were given.
    package var thumbprints: [String]
    package let createdAt: Date

    package init(id: String, account: AccountID, url: String, clientIDs: [String], thumbprints: [String], createdAt: Date) {
        self.id = id
        self.account = account
        self.url = url
        self.clientIDs = clientIDs
        self.thumbprints = thumbprints
        self.createdAt = createdAt
    }

    package func arn(in partition: String) -> String { "arn:\(partition):iam::\(account):oidc-provider/\(url)" }

    /// What an ARN says behind `oidc-provider/`; nil for another's, or for what is none.
    package static func url(ofARN text: String, account: AccountID, in partition: String) -> String? {
        guard let arn = ARN(text), arn.partition == partition, arn.service == "iam", arn.account == account.rawValue else { return nil }
        let prefix = "oidc-provider/"
        return arn.resource.hasPrefix(prefix) ? String(arn.resource.dropFirst(prefix.count)) : nil
    }

    /// A provider's URL without its scheme; nil for what is not a host and a path behind `https://`.
    package static func url(of text: String) -> String? {
        let scheme = "https://"
        guard text.hasPrefix(scheme) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let host = rest.prefix { $0 != "/" }
        let isHost = !host.isEmpty && host.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        let isPath = rest.dropFirst(host.count).utf8.allSatisfy { isLetterOrDigit($0) || "-._~/%".utf8.contains($0) }
        return isHost && isPath ? String(rest) : nil
    }

    package static func isThumbprint(_ text: String) -> Bool {
        text.utf8.count == 40 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) }
}
