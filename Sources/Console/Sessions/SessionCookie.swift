import API
import HTTPTypes

/// The cookie of who has signed in. Cookies know no ports: its name has that of the server, so that two on one host do not sign each other out.
struct SessionCookie {
    let name: String
    private let isSecure: Bool
    let value: String?

    init(of request: IncomingRequest, isSecure: Bool, for purpose: String = "ferry-console") {
        let port = request.host.split(separator: ":").last.flatMap { Int($0) }.map { "-\($0)" } ?? ""
        name = (isSecure ? "__Host-" : "") + purpose + port
        self.isSecure = isSecure
        // Of two, one may have been put there by another server of the same host.
        let values = Self.values(of: request, named: name)
        value = values.count == 1 ? values[0] : nil
    }

    private static func values(of request: IncomingRequest, named name: String) -> [String] {
        request.headers[values: .cookie].flatMap { $0.split(separator: ";") }.compactMap { pair in
            let parts = pair.trimmed.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0] == name, parts[1].utf8.count <= 128 else { return nil }
            return String(parts[1])
        }
    }

    /// For `Set-Cookie`. An empty value takes it away.
    func set(_ value: String, seconds: Int) -> String {
        "\(name)=\(value); Path=/; Max-Age=\(value.isEmpty ? 0 : seconds); HttpOnly; SameSite=Strict\(isSecure ? "; Secure" : "")"
    }
}

extension Substring {
    fileprivate var trimmed: Substring { drop { $0 == " " }.prefix { $0 != " " } }
}
