/// The object that a disk is imported from: in a bucket of the caller's in the Region of the call.
package struct ImportSource: Hashable, Sendable, Codable {
    package let bucket: String
    package let key: String
    /// As it was given; nil when bucket and key were.
    package let url: String?
    /// As it was given: `VMDK`, `vhd`; nil leaves it to the file.
    package let format: String?
    /// Bytes of the object, once it has been looked at.
    package var bytes: Int64?

    package init(bucket: String, key: String, url: String? = nil, format: String? = nil) {
        self.bucket = bucket
        self.key = key
        self.url = url
        self.format = format
    }

    /// Reads `s3://bucket/key` and the two forms of `https://` that AWS has for an object: with the bucket in the host and in the path.
    /// Nil for anything else. It is never fetched.
    package init?(url: String, format: String?) {
        let place: Substring
        if let rest = url.droppingPrefix("s3://") {
            place = rest
        } else if let rest = url.droppingPrefix("https://") {
            guard let slash = rest.firstIndex(of: "/") else { return nil }
            let (host, path) = (rest[..<slash], rest[rest.index(after: slash)...])
            if let dot = host.firstRange(of: ".s3") {
                place = host[..<dot.lowerBound] + "/" + path
            } else {
                guard host.hasPrefix("s3") else { return nil }
                place = path
            }
        } else {
            return nil
        }
        guard let slash = place.firstIndex(of: "/"), slash != place.startIndex else { return nil }
        let key = place[place.index(after: slash)...]
        guard !key.isEmpty else { return nil }
        self.init(bucket: String(place[..<slash]), key: String(key), url: url, format: format)
    }
}

extension StringProtocol {
    fileprivate func droppingPrefix(_ prefix: String) -> SubSequence? { hasPrefix(prefix) ? dropFirst(prefix.count) : nil }
}
