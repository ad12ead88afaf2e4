import Crypto
import Hexadecimal
import NIOCore
import NIOHTTP1
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A call as it goes on the wire.
struct SignedRequest: Sendable {
    var url: String
    var method: HTTPMethod
    var headers: HTTPHeaders
    var body: ByteBuffer

    init(_ call: Call, endpoint: EndpointURL, credential: Credential, at date: Date) throws(RequestError) {
        let path = endpoint.basePath + call.path
        let query = FormEncoding.encode(call.query.map { ($0.name, $0.value) })
        var named = call.headers
        named.append((name: "host", value: endpoint.authority))
        let signer = SigV4Signer(credential: credential, region: call.region, service: call.service.rawValue)
        let signature = signer.headers(
            for: SignableRequest(method: call.method.rawValue, target: try RequestTarget(path: path, query: query), headers: named),
            payload: call.bodyIsUnsigned ? .unsigned : .bytes(hexSHA256: Self.digest(of: call.body)),
            at: date
        )
        var headers = HTTPHeaders()
        for header in named + signature { headers.replaceOrAdd(name: header.name, value: header.value) }
        headers.add(name: "user-agent", value: "ferry")

        url = "\(endpoint.scheme)://\(endpoint.authority)\(path)" + (query.isEmpty ? "" : "?\(query)")
        method = call.method
        self.headers = headers
        body = call.body
    }

    private static func digest(of body: ByteBuffer) -> String {
        var hash = SHA256()
        body.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        return Hex.encode(hash.finalize())
    }
}
