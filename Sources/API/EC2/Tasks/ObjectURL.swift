import Domain
import Wire

/// The object that a `Url` names: `s3://bucket/key`, or its `https://` address with the bucket in the host or in the path, at AWS or at this
/// Ferry. It is never fetched: the object is read here.
struct ObjectURL {
    let bucket: String
    let key: String

    /// - Parameter hosts: the names of this Ferry.
    /// - Returns: nil for anything else, an address with a query among it: who reads is the caller, and the version is the latest.
    init?(_ text: String, hosts: Set<String>) {
        guard let scheme = text.firstRange(of: "://") else { return nil }
        let rest = text[scheme.upperBound...]
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        let (host, path) = (String(rest[..<slash]), String(rest[slash...]))
        switch text[..<scheme.lowerBound].lowercased() {
        // As the AWS command line takes it: nothing in it is encoded.
        case "s3": self.init(bucket: host, key: String(path.dropFirst()))
        case "https", "http": self.init(host: host, path: path, hosts: hosts)
        default: return nil
        }
    }

    private init?(host: String, path: String, hosts: Set<String>) {
        let name = host.prefix { $0 != ":" }.lowercased()
        let names = Self.endpoint(ofAWS: name).map { [$0] } ?? hosts
        guard names.contains(where: { name == $0 || name.hasSuffix(".\($0)") }), !path.contains("?"), !path.contains("#"),
            let place = try? RequestPath(path), let address = try? S3Address(host: host, path: place, baseNames: names)
        else { return nil }
        self.init(bucket: address.bucket, key: address.key)
    }

    private init?(bucket: String?, key: String?) {
        guard let bucket, let key, !bucket.isEmpty, !key.isEmpty else { return nil }
        self.bucket = bucket
        self.key = key
    }

    /// The name of S3 in a host of AWS, behind which a bucket may stand: `s3.REGION.amazonaws.com`, `s3-REGION.…`, `s3.dualstack.REGION.…`.
    private static func endpoint(ofAWS host: String) -> String? {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard let domain = labels.lastIndex(of: "amazonaws") else { return nil }
        // The last one: a bucket may have such a label too.
        guard let service = labels[..<domain].lastIndex(where: { $0 == "s3" || $0.hasPrefix("s3-") }) else { return nil }
        return labels[service...].joined(separator: ".")
    }
}
