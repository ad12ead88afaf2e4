import Crypto
import Domain
import Foundation
import Logging
import Machines
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

/// The metadata service as a guest's connection meets it.
@Suite struct MetadataServerTests {
    /// Serves a guest on a socket of a folder of its own while `body` runs.
    private func serving(
        _ limits: MetadataServer.Limits = .init(),
        clock: SteadyClock = .system,
        _ body: (String) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "metadata-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await serving(at: folder + "/metadata.sock", limits, clock, body)
    }

    private func serving(
        at path: String,
        _ limits: MetadataServer.Limits = .init(),
        _ clock: SteadyClock = .system,
        _ body: (String) async throws -> Void
    ) async throws {
        let tokens = MetadataTokens(key: SymmetricKey(size: .bits256), instanceID: "i-0123456789abcdef0")
        let service = MetadataService(GuestStub(), tokens: tokens, clock: .system)
        let server = MetadataServer(service, at: path, limits: limits, clock: clock, logger: Logger(label: "test"))
        let (ready, signal) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run { signal.finish() } }
            for await _ in ready {}
            try await body(path)
            group.cancelAll()
        }
    }

    /// The statuses alone.
    private func statuses(_ calls: [(HTTPMethod, String, HTTPHeaders)], over path: String) async throws -> [UInt] {
        try await exchange(calls, over: path).map(\.status)
    }

    /// Sends calls over one connection and returns status and text of each answer, until the connection ends.
    private func exchange(_ calls: [(HTTPMethod, String, HTTPHeaders)], over path: String) async throws -> [(status: UInt, text: String)] {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { parts, requests in
            for (method, uri, headers) in calls {
                try await requests.write(.head(HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: headers)))
                try await requests.write(.end(nil))
            }
            var (answers, status, text) = ([(status: UInt, text: String)](), UInt(0), "")
            for try await part in parts {
                switch part {
                case .head(let head): (status, text) = (head.status.code, "")
                case .body(let bytes): text += String(buffer: bytes)
                case .end:
                    answers.append((status, text))
                    if answers.count == calls.count { return answers }
                }
            }
            return answers
        }
    }

    @Test func aGuestTakesATokenAndReads() async throws {
        try await serving { path in
            let seconds = HTTPHeaders([("X-aws-ec2-metadata-token-ttl-seconds", "60")])
            let token = try await exchange([(.PUT, "/latest/api/token", seconds)], over: path)[0].text
            let headers = HTTPHeaders([("X-aws-ec2-metadata-token", token)])
            let answers = try await exchange(
                [(.GET, "/latest/meta-data/instance-id", headers), (.HEAD, "/latest/user-data", headers), (.GET, "/latest/none", headers)],
                over: path
            )
            #expect(answers.map(\.status) == [200, 200, 404])
            #expect(answers[0].text == "i-0123456789abcdef0" && answers[1].text.isEmpty)
        }
    }

    /// As `printf … | nc` does, with which the smallest guests ask.
    @Test func whoIsDoneSpeakingIsAnswered() async throws {
        try await serving { path in
            let request = "PUT /latest/api/token HTTP/1.0\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\nContent-Length: 0\r\n\r\n"
            // It blocks its thread, which is to be none that the server answers on.
            let answer = await withCheckedContinuation { answered in
                Thread { answered.resume(returning: Self.answer(to: request, at: path)) }.start()
            }
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.split(separator: "\r\n").last.map { $0.utf8.count } == 64, "\(answer)")
        }
    }

    /// What comes back to a client that closes its side at once, until the server closes the other.
    private static func answer(to request: String, at path: String) -> String {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let connected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { return "" }
        _ = request.withCString { send(descriptor, $0, strlen($0), 0) }
        shutdown(descriptor, Int32(SHUT_WR))
        var (bytes, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4_096))
        while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func aFloodIsAnsweredBusyAndHarmsNobodyLater() async throws {
        var limits = MetadataServer.Limits()
        limits.rate = CallRate(burst: 3, perSecond: 1)
        let clock = ManualClock()
        try await serving(limits, clock: clock.steadyClock) { path in
            let calls = Array(repeating: (HTTPMethod.GET, "/latest/meta-data/instance-id", HTTPHeaders()), count: 5)
            let flood = try await statuses(calls, over: path)
            #expect(flood == [200, 200, 200, 503, 503])
            clock.advance(by: .seconds(1))
            let later = try await statuses([calls[0]], over: path)
            #expect(later == [200])
        }
    }

    @Test func moreConnectionsThanPlacesAreServedInTurn() async throws {
        var limits = MetadataServer.Limits()
        limits.connections = 2
        try await serving(limits) { path in
            let statuses = try await withThrowingTaskGroup(of: UInt.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await exchange([(.GET, "/latest/meta-data/mac", HTTPHeaders())], over: path)[0].status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 20))
        }
    }

    @Test func whatIsNoHTTPIsCut() async throws {
        try await serving { path in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: path) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            let ended = try await channel.executeThenClose { bytes, requests in
                try await requests.write(ByteBuffer(bytes: [UInt8](repeating: 0xff, count: 64)))
                for try await _ in bytes {}
                return true
            }
            #expect(ended)
            let answered = try await statuses([(.GET, "/latest/meta-data/mac", HTTPHeaders())], over: path)
            #expect(answered == [200])
        }
    }

    @Test func aNewServerTakesTheSocketOfOneThatDied() async throws {
        try await serving { path in
            let left = path + ".left"
            // What a server leaves that is killed: its socket's file, without anybody who listens.
            try await serving(at: path + ".killed") { try FileManager.default.linkItem(atPath: $0, toPath: left) }
            try await serving(at: left) { path in
                let answered = try await statuses([(.GET, "/latest/meta-data/mac", HTTPHeaders())], over: path)
                #expect(answered == [200])
            }
        }
    }
}
