import Foundation

/// Where one service listens: `scheme://host[:port][/path]`, without query, fragment or user.
package struct EndpointURL: Hashable, Sendable, CustomStringConvertible {
    /// `http` or `https`.
    package let scheme: String
    /// A name or an address; an IPv6 address carries its brackets.
    package let host: String
    /// Absent when it is the scheme's own.
    package let port: Int?
    /// Percent-encoded, without a slash at its end; empty for most endpoints.
    package let basePath: String

    /// Reads a URL as people write it into `AWS_ENDPOINT_URL`; nil when it is not an HTTP URL with a host and nothing more.
    package init?(_ text: String) {
        guard let parts = URLComponents(string: text.trimmingCharacters(in: .whitespacesAndNewlines)),
            let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = parts.percentEncodedHost, !host.isEmpty,
            parts.query == nil, parts.fragment == nil, parts.user == nil, parts.password == nil
        else { return nil }
        if let port = parts.port, !(1...65_535).contains(port) { return nil }
        var path = parts.percentEncodedPath
        while path.hasSuffix("/") { path.removeLast() }
        self.scheme = scheme
        self.host = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        self.port = parts.port == (scheme == "https" ? 443 : 80) ? nil : parts.port
        self.basePath = path
    }

    init(awsHost host: String) {
        scheme = "https"
        self.host = host
        port = nil
        basePath = ""
    }

    /// What the `Host` header says: the port only when it is not the scheme's own.
    package var authority: String { port.map { "\(host):\($0)" } ?? host }

    package var description: String { "\(scheme)://\(authority)\(basePath)" }

    /// Whether the endpoint is on this machine.
    package var isLoopback: Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" || (host.hasPrefix("127.") && !host.contains { $0.isLetter })
    }
}
