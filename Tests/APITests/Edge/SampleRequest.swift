import Crypto
import Foundation
import HTTPTypes
import Hexadecimal
import Wire

/// A request before it is signed, and what is wrong with its signature.
struct SampleRequest: Sendable {
    /// What may be wrong with a signature.
    enum Signing: Sendable {
        case right, absent, otherSecret, unknownKey, sessionToken, old, otherRegion
    }

    var service: String
    var method = HTTPRequest.Method.post
    /// With its query.
    var target = "/"
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    /// A call of an action by a form, as EC2, IAM and STS take it.
    static func form(_ service: String, _ action: String, _ parameters: [String: String] = [:]) -> SampleRequest {
        let version = ["iam": "2010-05-08", "sts": "2011-06-15"][service] ?? "2016-11-15"
        let pairs = [("Action", action), ("Version", version)] + parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return SampleRequest(
            service: service,
            headers: [("content-type", "application/x-www-form-urlencoded")],
            body: Array(FormEncoding.encode(pairs).utf8)
        )
    }

    /// A call of an action of JSON 1.1.
    static func json(_ service: String, _ target: String, _ body: String = "{}") -> SampleRequest {
        SampleRequest(
            service: service,
            headers: [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)],
            body: Array(body.utf8)
        )
    }

    static func rest(_ service: String, _ method: HTTPRequest.Method, _ target: String, _ headers: [(name: String, value: String)] = [])
        -> SampleRequest
    {
        SampleRequest(service: service, method: method, target: target, headers: headers)
    }

    /// The head to send.
    func head(signed signing: Signing, by credential: Credential, host: String, at now: Date) throws -> HTTPRequest {
        var named = headers + [("host", host)]
        if !body.isEmpty { named.append(("content-length", String(body.count))) }
        var credential = credential
        var (region, date) = (Edge.region, now)
        switch signing {
        case .right, .absent: break
        case .otherSecret: credential = Credential(accessKeyID: credential.accessKeyID, secretAccessKey: "another")
        case .unknownKey: credential = Credential(accessKeyID: "AKIAUNKNOWNUNKNOWN00", secretAccessKey: credential.secretAccessKey)
        case .sessionToken:
            credential = Credential(
                accessKeyID: credential.accessKeyID,
                secretAccessKey: credential.secretAccessKey,
                sessionToken: "a token"
            )
        case .old: date = now - 3600
        case .otherRegion: region = "mars-north-1"
        }
        if signing != .absent {
            let signer = SigV4Signer(credential: credential, region: region, service: service)
            let signable = SignableRequest(method: method.rawValue, target: try RequestTarget(target), headers: named)
            let digest = Hex.encode(SHA256.hash(data: body))
            named += signer.headers(for: signable, payload: .bytes(hexSHA256: digest), at: date)
        }
        var head = HTTPRequest(method: method, scheme: "http", authority: host, path: target)
        for (name, value) in named where name != "host" {
            guard let field = HTTPField.Name(name) else { continue }
            head.headerFields.append(HTTPField(name: field, value: value))
        }
        return head
    }
}
