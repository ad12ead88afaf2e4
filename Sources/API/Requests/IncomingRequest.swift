import Crypto
import HTTPTypes
import Hummingbird
import NIOCore
import Wire

/// A request whose head has been read: what its signature covers, and the body that is still to come.
struct IncomingRequest {
    let signable: SignableRequest
    let host: String
    private let request: Request

    init(_ request: Request) {
        self.request = request
        host = request.head.authority ?? ""
        var headers = request.headers.map { (name: $0.name.rawName, value: $0.value) }
        if !headers.contains(where: { $0.name.lowercased() == "host" }) { headers.append((name: "host", value: host)) }
        // The target as it stands on the wire: a signature covers the encoded form.
        let target = request.head.path ?? "/"
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        signable = SignableRequest(
            method: request.method.rawValue,
            path: parts[0].isEmpty ? "/" : String(parts[0]),
            query: parts.count > 1 ? String(parts[1]) : "",
            headers: headers
        )
    }

    var method: HTTPRequest.Method { request.method }
    var headers: HTTPFields { request.headers }

    func body(atMost bytes: Int) async throws -> ByteBuffer {
        if let length = request.headers[.contentLength].flatMap(Int.init), length > bytes { throw BodyTooLong() }
        do {
            return try await request.body.collect(upTo: bytes)
        } catch is NIOTooManyBytesError {
            throw BodyTooLong()
        }
    }
}

extension PayloadHash {
    static func hashing(_ body: ByteBuffer) -> PayloadHash {
        let digest = SHA256.hash(data: body.readableBytesView)
        return .bytes(hexSHA256: digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
}
