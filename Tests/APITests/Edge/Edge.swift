import API
import Blocks
import Connections
import Domain
import Foundation
import Services
import TestSupport
import Wire

/// What a request goes through, over a data folder of its own: no reconciler runs.
struct Edge: Sendable {
    static let region = "us-east-1"

    let deployment: Deployment
    let connections: ConnectionRegistry
    let responder: FerryResponder
    let credential: Credential
    let log: LogMemory
    let clock: SettableClock
    /// Where its data is.
    let folder: String

    /// Runs a test at an edge, which is gone afterwards.
    ///
    /// - Parameters:
    ///   - issuerKeys: the folder with the keys of identity providers.
    ///   - bodyBytes: how much memory there is for bodies.
    static func run(
        throttle: Throttle = Throttle(.off),
        issuerKeys: String? = nil,
        bodyBytes: Int = 16 << 20,
        _ body: (Edge) async throws -> Void
    ) async throws {
        let path = NSTemporaryDirectory() + "ferry-api-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let pool = DiskPool(threads: 2)
        do {
            let edge = try await Edge(DataFolder(path: path), pool: pool, throttle: throttle, issuerKeys: issuerKeys, bodyBytes: bodyBytes)
            try await body(edge)
            try await edge.deployment.close()
        } catch {
            try await pool.shutdown()
            throw error
        }
        try await pool.shutdown()
    }

    private init(_ folder: DataFolder, pool: DiskPool, throttle: Throttle, issuerKeys: String?, bodyBytes: Int) async throws {
        self.folder = folder.path
        log = LogMemory()
        clock = SettableClock()
        deployment = try await Deployment.open(
            folder,
            regions: [Self.region, "eu-west-1"].compactMap(Region.init(rawValue:)),
            pool: pool,
            clock: clock.wallClock,
            throttle: throttle,
            issuerKeys: try issuerKeys.map { [log] in try IssuerKeys(path: $0, logger: log.logger) },
            logger: log.logger
        )
        let root = try await RootAccount.prepare(
            in: deployment.secrets,
            folder: folder,
            override: RootAccount.Override(environment: [:]),
            clock: deployment.clock
        )
        credential = Credential(accessKeyID: root.accessKeyID, secretAccessKey: root.secretAccessKey)
        connections = ConnectionRegistry(limits: ConnectionLimits(), logger: log.logger)
        responder = try FerryResponder(
            deployment: deployment,
            connections: connections,
            bodies: BodyBudget(bytes: bodyBytes, strangersBytes: bodyBytes / 2),
            answers: AnswerBudget(bytes: 16 << 20),
            isSecure: false,
            version: "0"
        )
    }

    /// The name of the action that the path found for the last request.
    var lastAction: String? { log.entries.last { $0.message == "Answered a request" }?.metadata["action"] }
}
