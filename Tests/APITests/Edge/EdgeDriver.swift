import API
import AsyncHTTPClient
import Connections
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import ServiceLifecycle
import Services
import Synchronization
import TestSupport
import Wire

/// An answer, read whole.
struct EdgeAnswer: Sendable {
    let status: Int
    let headers: [String: String]
    let body: String
}

/// The ways in which a test may speak to an edge: the same test by each.
enum EdgeDriver: String, CaseIterable, Sendable {
    /// In this process, past the sockets.
    case direct
    /// Over a connection.
    case live

    /// Opens the way while `body` runs.
    func open(
        _ edge: Edge,
        _ body: (@escaping @Sendable (SampleRequest, SampleRequest.Signing) async throws -> EdgeAnswer) async throws -> Void
    )
        async throws
    {
        switch self {
        case .direct:
            try await body { request, signing in
                let head = try request.head(signed: signing, by: edge.credential, host: "localhost:4566", at: edge.deployment.clock.now)
                return try await Self.answer(of: edge, to: head, body: request.body)
            }
        case .live: try await Self.serve(edge, body)
        }
    }

    static func answer(of edge: Edge, to head: HTTPRequest, body: [UInt8]) async throws -> EdgeAnswer {
        let channel = NIOAsyncTestingChannel()
        let context = FerryContext(source: ApplicationRequestContextSource(channel: channel, logger: edge.log.logger))
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
        let response = try await edge.responder.respond(to: request, context: context)
        let collector = BodyCollector()
        try await response.body.write(BodyCollector.Writer(collector: collector))
        _ = try await channel.finish(acceptAlreadyClosed: true)
        let headers = response.headers.map { ($0.name.rawName.lowercased(), $0.value) }
        return EdgeAnswer(
            status: Int(response.status.code),
            headers: Dictionary(headers) { first, _ in first },
            body: String(buffer: collector.body)
        )
    }

    private static func serve(
        _ edge: Edge,
        _ body: (@escaping @Sendable (SampleRequest, SampleRequest.Signing) async throws -> EdgeAnswer) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            responder: edge.responder,
            server: HTTPServerBuilder { EdgeChannel(responder: $0, registry: edge.connections) },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "edge") { _ in SwiftLogNoOpLogHandler() }
        )
        let group = ServiceGroup(services: [application], logger: Logger(label: "edge") { _ in SwiftLogNoOpLogHandler() })
        let serving = Task { try await group.run() }
        guard let bound = await ports.first(where: { _ in true }) else { return }
        let client = HTTPClient()
        do {
            try await body { try await answer(of: edge, at: bound, to: $0, signed: $1, client) }
        } catch {
            try await client.shutdown()
            await group.triggerGracefulShutdown()
            try await serving.value
            throw error
        }
        try await client.shutdown()
        await group.triggerGracefulShutdown()
        try await serving.value
    }

    private static func answer(
        of edge: Edge,
        at port: Int,
        to sample: SampleRequest,
        signed signing: SampleRequest.Signing,
        _ client: HTTPClient
    ) async throws -> EdgeAnswer {
        let host = "127.0.0.1:\(port)"
        let head = try sample.head(signed: signing, by: edge.credential, host: host, at: edge.deployment.clock.now)
        var request = HTTPClientRequest(url: "http://\(host)\(sample.target)")
        request.method = .init(rawValue: sample.method.rawValue)
        for field in head.headerFields where field.name != .contentLength {
            request.headers.add(name: field.name.rawName, value: field.value)
        }
        if !sample.body.isEmpty { request.body = .bytes(ByteBuffer(bytes: sample.body)) }
        let response = try await client.execute(request, timeout: .minutes(5))
        let body = try await response.body.collect(upTo: 16 << 20)
        return EdgeAnswer(
            status: Int(response.status.code),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first },
            body: String(buffer: body)
        )
    }
}

extension Edge {
    /// What whoever has the keys is answered, in this process.
    func answer(to sample: SampleRequest, signed signing: SampleRequest.Signing = .right, by credential: Credential) async throws
        -> EdgeAnswer
    {
        let head = try sample.head(signed: signing, by: credential, host: "localhost:4566", at: deployment.clock.now)
        return try await EdgeDriver.answer(of: self, to: head, body: sample.body)
    }
}

/// Keeps what is written of an answer.
private final class BodyCollector: Sendable {
    struct Writer: ResponseBodyWriter {
        let collector: BodyCollector

        mutating func write(_ buffer: ByteBuffer) async throws { collector.append(buffer) }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    private let kept = Mutex(ByteBuffer())

    var body: ByteBuffer { kept.withLock { $0 } }

    private func append(_ buffer: ByteBuffer) { kept.withLock { _ = $0.writeImmutableBuffer(buffer) } }
}
