import API
import Crypto
import Foundation
import HTTPTypes
import Hexadecimal

/// What shows that a form was made by a page of this console for this browser: derived from a cookie that no other site can read.
struct FormToken {
    static let field = "form-token"
    /// Where what is sent is no form.
    static let header: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Form-Token") else { preconditionFailure("X-Form-Token is a field name") }
        return name
    }()

    let text: String

    init(for secret: String) {
        let code = HMAC<SHA256>.authenticationCode(for: Data("form".utf8), using: SymmetricKey(data: Data(secret.utf8)))
        text = Hex.encode(code)
    }

    func isSame(as other: String) -> Bool {
        let (left, right) = (SHA256.hash(data: Data(text.utf8)), SHA256.hash(data: Data(other.utf8)))
        return left == right
    }

    /// Whether the browser says that a request comes from a page of another origin.
    static func isForeign(_ request: IncomingRequest) -> Bool {
        if let site = request.headers[secFetchSite], site != "same-origin" { return true }
        guard let origin = request.headers[.origin] else { return false }
        return origin != "http://\(request.host)" && origin != "https://\(request.host)"
    }

    private static let secFetchSite: HTTPField.Name = {
        guard let name = HTTPField.Name("Sec-Fetch-Site") else { preconditionFailure("This is a field name") }
        return name
    }()
}
