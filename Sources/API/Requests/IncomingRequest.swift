import Crypto
import HTTPTypes
import Hummingbird
import NIOCore
import Wire

/// A request whose head has been read: what its signature covers, and the body that is still to come.
struct IncomingRequest {
    let signable: SignableRequest
    let host: String
    /// What the client waits for before its body comes.
    let continuation: Continuation
    private let request: Request
    private let hasSecondHost: Bool

    init(_ request: Request, on channel: any Channel) {
        self.request = request
        continuation = Continuation(for: request.headers, on: channel)
        host = request.head.authority ?? ""
        // The library moves the first Host into the authority: one that is left is a second.
        hasSecondHost = request.headers.contains { $0.name.rawName.lowercased() == "host" }
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

    func checkHost() throws {
        guard !hasSecondHost else { throw RequestError.malformed("The request has more than one Host header") }
    }

    /// A header `x-amz-…` that a signature does not cover.
    func unsignedAmazonHeader(signed: [String]) -> String? {
        signable.headers.map { $0.name.lowercased() }.first { $0.hasPrefix("x-amz-") && !signed.contains($0) }
    }

    /// What a request of S3 brings, whose body is read as it comes.
    ///
    /// - Parameter headers: with names in lower case; they take the place of those that were sent.
    func s3Input(_ payload: S3Input.Payload, adding headers: [(name: String, value: String)] = []) -> S3Input {
        let names = Set(headers.map(\.name))
        let sent = signable.headers.filter { !names.contains($0.name.lowercased()) }
        return S3Input(headers: sent + headers, body: request.body, continuation: continuation, payload: payload)
    }

    func body(atMost bytes: Int) async throws -> ByteBuffer {
        let length = request.headers[.contentLength].map { Int($0) ?? .max } ?? 0
        guard length <= bytes else { throw BodyTooLong() }
        continuation.send()
        var body = ByteBuffer()
        do {
            for try await piece in request.body {
                guard body.readableBytes + piece.readableBytes <= bytes else { throw BodyTooLong() }
                if body.readableBytes == 0, piece.readableBytes >= length {
                    body = piece
                } else {
                    body.reserveCapacity(length)
                    body.writeImmutableBuffer(piece)
                }
            }
            return body
        } catch let error as BodyTooLong {
            throw error
        } catch {
            // The client hung up or framed its body wrongly: its fault, and nothing for the log.
            throw RequestError.malformed("The body of the request did not arrive whole")
        }
    }
}

extension PayloadHash {
    static func hashing(_ body: ByteBuffer) -> PayloadHash {
        let digest = SHA256.hash(data: body.readableBytesView)
        return .bytes(hexSHA256: digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
}
