import Crypto
import Foundation

/// The text that Signature Version 2 signs of an S3 request, with an expiry in the place of its date.
struct CanonicalRequestV2 {
    let text: String

    /// - Parameter path: that of the request, or one that names the same resource.
    init(request: SignableRequest, path: String, claim: PresignedV2Claim, bucketInHost: String?) {
        var amazon: [String: String] = [:]
        var standard: [String: String] = [:]
        // What is sent counts: a header must say what was signed.
        for header in claim.obeyedHeaders(of: request) {
            let (name, value) = (header.name.lowercased(), header.value)
            if name.hasPrefix(Self.prefix) {
                amazon[name] = amazon[name].map { "\($0),\(value)" } ?? value
            } else if Self.isHeader(name) {
                standard[name] = standard[name].map { "\($0),\(value)" } ?? value
            }
        }
        let seconds = String(Int64(claim.expires.timeIntervalSince1970))
        var lines = [request.method, standard["content-md5"] ?? "", standard["content-type"] ?? "", seconds]
        lines += amazon.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
        lines.append((bucketInHost.map { "/\($0)" } ?? "") + path + Self.subresources(of: request.target.query))
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

    /// Whether a parameter is part of what is signed.
    static func covers(_ name: String) -> Bool { signedSubresources.contains(name) || isHeader(name) }

    /// The parameters that are part of the resource, in order, with decoded values.
    private static func subresources(of query: RequestQuery) -> String {
        let found = query.parameters.filter { signedSubresources.contains($0.name) }.sorted { $0.name < $1.name }
        return found.isEmpty ? "" : "?" + found.map { $0.hasValue ? "\($0.name)=\($0.value)" : $0.name }.joined(separator: "&")
    }

    /// Whether the signed text of a value looks like a value and another sub-resource behind it: values are signed decoded.
    static func isAmbiguous(_ value: String) -> Bool {
        value.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).dropFirst().contains { part in
            signedSubresources.contains(String(part.prefix { $0 != UInt8(ascii: "=") }) ?? "")
        }
    }

    private static let signedSubresources: Set<String> = [
        "accelerate", "acl", "analytics", "cors", "delete", "inventory", "lifecycle", "location", "logging", "metrics", "notification",
        "object-lock", "partNumber", "policy", "replication", "requestPayment", "response-cache-control", "response-content-disposition",
        "response-content-encoding", "response-content-language", "response-content-type", "response-expires", "restore", "select",
        "select-type", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
    ]
}
