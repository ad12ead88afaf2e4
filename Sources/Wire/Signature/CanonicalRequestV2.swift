import Crypto
import Foundation

/// The text that Signature Version 2 signs of an S3 request, with an expiry in the place of its date.
struct CanonicalRequestV2 {
    let text: String

    /// - Parameter path: that of the request, or one that names the same resource.
    init(request: SignableRequest, path: String, claim: PresignedV2Claim, bucketInHost: String?) {
        var amazon: [String: String] = [:]
        for (name, value) in claim.hoistedHeaders where name.hasPrefix(Self.prefix) { amazon[name] = value }
        // What is sent counts: a header must say what was signed.
        for name in Set(request.headers.map { $0.name.lowercased() }) where name.hasPrefix(Self.prefix) {
            amazon[name] = request.values(of: name).map(Self.trimmed).joined(separator: ",")
        }
        func standard(_ name: String) -> String {
            let sent = request.values(of: name).first
            return Self.trimmed(sent ?? claim.hoistedHeaders.first { $0.name == name }?.value ?? "")
        }
        let seconds = String(Int64(claim.expires.timeIntervalSince1970))
        var lines = [request.method, standard("content-md5"), standard("content-type"), seconds]
        lines += amazon.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
        lines.append((bucketInHost.map { "/\($0)" } ?? "") + path + Self.subresources(of: request.query))
        text = lines.joined(separator: "\n")
    }

    /// Base64 of an HMAC with SHA-1.
    func signature(secretAccessKey: String) -> String {
        let key = SymmetricKey(data: Array(secretAccessKey.utf8))
        return Data(HMAC<Insecure.SHA1>.authenticationCode(for: Array(text.utf8), using: key)).base64EncodedString()
    }

    static func isHeader(_ name: String) -> Bool {
        name.hasPrefix(prefix) || name == "content-type" || name == "content-md5"
    }

    private static let prefix = "x-amz-"

    /// The parameters that are part of the resource, in order, with decoded values.
    private static func subresources(of query: String) -> String {
        let found = query.split(separator: "&").compactMap { pair -> (name: String, text: String)? in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard signedSubresources.contains(name) else { return nil }
            guard parts.count == 2 else { return (name, name) }
            let value = PercentEncoding.decode(parts[1].utf8, plusIsSpace: false) ?? Array(parts[1].utf8)
            return (name, "\(name)=\(String(decoding: value, as: UTF8.self))")
        }
        return found.isEmpty ? "" : "?" + found.sorted { $0.name < $1.name }.map(\.text).joined(separator: "&")
    }

    private static func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespaces)
    }

    private static let signedSubresources: Set<String> = [
        "accelerate", "acl", "analytics", "cors", "delete", "inventory", "lifecycle", "location", "logging", "metrics", "notification",
        "object-lock", "partNumber", "policy", "replication", "requestPayment", "response-cache-control", "response-content-disposition",
        "response-content-encoding", "response-content-language", "response-content-type", "response-expires", "restore", "select",
        "select-type", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
    ]

    /// What names a resource and is not covered.
    static let unsignedSubresources = Set(S3Operation.bucketSubresources + S3Operation.objectSubresources)
        .subtracting(signedSubresources)
}
