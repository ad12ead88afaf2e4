import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One HTTP request and its whole answer, with failures told apart by whether the request may have been taken.
final class HTTPExchange: Sendable {
    struct Failure: Error, CustomStringConvertible {
        var cause: String
        var mayHaveBeenTaken: Bool
        /// An answer came that no second attempt would make better.
        var isFinal = false

        var description: String { cause }
    }

    private let http: HTTPClient
    /// Longer than the slowest answer of a service that works; a block of a cold snapshot takes seconds.
    private let timeout = TimeAmount.seconds(180)

    init(connections: Int, trustedCertificates: String?) {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10), read: .seconds(90)),
            decompression: .disabled
        )
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        // Failed connections are tried again by the retry policy, which knows when a user should hear of it.
        configuration.connectionPool.retryConnectionEstablishment = false
        // A block comes in one or two reads in place of eight: each costs a system call, a buffer and a turn of the scheduler.
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.setOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2048, maximum: 512 << 10))
        }
        if let trustedCertificates {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(trustedCertificates)
            configuration.tlsConfiguration = tls
        }
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func shutdown() async throws {
        try await http.shutdown()
    }

    func perform(_ signed: SignedRequest, answerLimit: Int) async throws -> (status: Int, headers: HTTPHeaders, body: ByteBuffer) {
        var request = HTTPClientRequest(url: signed.url)
        request.method = signed.method
        request.headers = signed.headers
        if signed.body.readableBytes > 0 || signed.method == .POST || signed.method == .PUT {
            request.body = .bytes(signed.body)
        }
        do {
            let response = try await http.execute(request, timeout: timeout)
            return (Int(response.status.code), response.headers, try await Self.collect(response, atMost: answerLimit))
        } catch {
            if Task.isCancelled || error is CancellationError { throw CancellationError() }
            throw Failure(
                cause: Self.describe(error),
                mayHaveBeenTaken: Self.mayHaveBeenTaken(after: error),
                isFinal: error is NIOTooManyBytesError
            )
        }
    }

    /// The whole body, in a buffer that has its size from the start.
    private static func collect(_ response: HTTPClientResponse, atMost limit: Int) async throws -> ByteBuffer {
        let length = response.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        var body = ByteBuffer()
        for try await piece in response.body {
            guard body.readableBytes + piece.readableBytes <= limit else { throw NIOTooManyBytesError(maxBytes: limit) }
            if body.readableBytes == 0, piece.readableBytes >= length {
                body = piece
            } else {
                body.reserveCapacity(min(length, limit))
                body.writeImmutableBuffer(piece)
            }
        }
        return body
    }

    /// Only failures to connect prove that the service saw nothing.
    private static func mayHaveBeenTaken(after error: any Error) -> Bool {
        if error is NIOConnectionError { return false }
        if let error = error as? NIOSSLError, case .handshakeFailed = error { return false }
        if let error = error as? HTTPClientError {
            let before: [HTTPClientError] = [
                .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .invalidURL, .emptyHost, .emptyScheme,
            ]
            return !before.contains(error)
        }
        if let error = error as? IOError { return error.errnoCode != ECONNREFUSED }
        return true
    }

    private static func describe(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let refused = error.connectionErrors.first?.error as? IOError, refused.errnoCode == ECONNREFUSED {
                return ConnectionFailure.refused
            }
            if error.connectionErrors.isEmpty { return "the name \(error.host) is not known" }
            return error.connectionErrors.first.map { describe($0.error) } ?? "\(error)"
        case let error as IOError:
            return error.errnoCode == ECONNREFUSED ? ConnectionFailure.refused : error.description
        case let error as HTTPClientError:
            return error.shortDescription
        case let error as NIOSSLError:
            // The library's own text names source files and line numbers.
            return "\(error)".contains("CERTIFICATE_VERIFY_FAILED") ? ConnectionFailure.untrusted : "the TLS handshake failed"
        case is NIOTooManyBytesError:
            return "the answer is too long"
        default:
            return "\(error)"
        }
    }
}
