import Connections
import Crypto
import HTTPTypes
import Hexadecimal
import Hummingbird
import NIOCore
import NIOSSL
import Services
import Wire

/// A request whose head has been read: what its signature covers, and the body that is still to come.
package struct IncomingRequest: Sendable {
    let signable: SignableRequest
    package var target: RequestTarget { signable.target }
    package let host: String
    /// What the client waits for before its body comes.
    let continuation: Continuation
    let channel: any Channel
    private let request: Request

    /// - Throws: when the target cannot be read in one way alone.
    init(_ request: Request, on channel: any Channel) throws(RequestError) {
        self.request = request
        self.channel = channel
        continuation = Continuation(for: request.headers, on: channel)
        host = request.head.authority ?? ""
        // The library moves the first Host into the authority: one that is left is a second.
        let headers = request.headers.map { (name: $0.name.rawName, value: $0.value) } + [(name: "host", value: host)]
        let target = try RequestTarget(request.head.path ?? "/")
        signable = SignableRequest(method: request.method.rawValue, target: target, headers: headers)
    }

    package var method: HTTPRequest.Method { request.method }
    package var headers: HTTPFields { request.headers }

    /// Where it comes from, for the log.
    package var address: String { channel.remoteAddress?.ipAddress ?? "unknown" }

    /// Whether the client still listens: it is told by the next write alone otherwise.
    package var isConnected: Bool { channel.isActive }

    /// Where it comes from, for conditions of policies.
    func origin(isSecure: Bool) -> CallOrigin {
        CallOrigin(
            address: channel.remoteAddress?.ipAddress,
            isSecure: isSecure,
            userAgent: headers[.userAgent],
            referer: headers[.referer],
            tlsVersion: { [channel] in
                guard isSecure, let version = try? await channel.nioSSL_tlsVersion().get() else { return nil }
                return version.number
            }
        )
    }

    /// Whether it claims to come from somebody, be it by a part of a signature.
    package var hasSignature: Bool { headers[.authorization] != nil || signable.hasPresignedParameters }

    func checkHost() throws { _ = try signable.host() }

    /// What a request of S3 brings, whose body is read as it comes.
    func s3Input(_ payload: S3Input.Payload, headers: [(name: String, value: String)]) -> S3Input {
        S3Input(headers: headers, body: request.body, continuation: continuation, payload: payload)
    }

    /// Reads the body whole.
    ///
    /// - Parameter share: of the memory for bodies; it grows as the body comes.
    func body(atMost bytes: Int, within share: BodyBudget.Share) async throws -> ByteBuffer {
        let length = request.headers[.contentLength].map { Int($0) ?? .max } ?? 0
        guard length <= bytes else { throw BodyTooLong() }
        continuation.send()
        var body = ByteBuffer()
        do {
            for try await piece in request.body {
                guard body.readableBytes + piece.readableBytes <= bytes else { throw BodyTooLong() }
                try share.grow(by: piece.readableBytes)
                if body.readableBytes == 0, piece.readableBytes >= length {
                    body = piece
                } else {
                    // Memory that nobody writes to costs nothing.
                    body.reserveCapacity(length)
                    body.writeImmutableBuffer(piece)
                }
            }
            return body
        } catch let error where error is BodyTooLong || error is BodyBudget.Exceeded {
            throw error
        } catch is SlowClient {
            throw BodyNotWhole.tooSlow
        } catch {
            // The client hung up or framed its body wrongly: its fault, and nothing for the log.
            throw BodyNotWhole.cut
        }
    }
}

extension TLSVersion {
    /// As conditions of policies compare it.
    fileprivate var number: String {
        switch self {
        case .tlsv1: "1.0"
        case .tlsv11: "1.1"
        case .tlsv12: "1.2"
        case .tlsv13: "1.3"
        }
    }
}

extension PayloadHash {
    static func hashing(_ body: ByteBuffer) -> PayloadHash {
        .bytes(hexSHA256: Hex.encode(SHA256.hash(data: body.readableBytesView)))
    }
}
