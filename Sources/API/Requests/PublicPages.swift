import Domain
import HTTPTypes
import NIOCore
import Services
import Wire

/// What the server tells everybody, without a signature: its health, and the certificates that bundles for its Regions are made with.
struct PublicPages: Sendable {
    private let deployment: Deployment
    private let health: HealthReport

    init(of deployment: Deployment, version: String) {
        self.deployment = deployment
        health = HealthReport(regions: deployment.regions.keys.sorted(), version: version)
    }

    /// Nil for a request of anything else.
    func reply(to request: IncomingRequest) async throws -> Reply? {
        let path = request.target.path.encoded
        let page: () async throws -> Reply
        if path == HealthReport.path {
            page = { health.reply() }
        } else if path.hasPrefix(RegionCertificate.path) {
            page = { try await RegionCertificate.reply(for: String(path.dropFirst(RegionCertificate.path.count)), in: deployment) }
        } else {
            return nil
        }
        guard request.method == .get || request.method == .head else {
            return Reply(status: .methodNotAllowed, headers: [.allow: "GET, HEAD"])
        }
        return try await page()
    }
}

/// `GET /_ferry/certificates/REGION`: in PEM.
private enum RegionCertificate {
    static let path = "/_ferry/certificates/"

    static func reply(for name: String, in deployment: Deployment) async throws -> Reply {
        guard let region = Region(rawValue: name), let store = deployment.regions[region] else { return Reply(status: .notFound) }
        let pem = try await store.keys.certificates.require()
        return Reply(status: .ok, headers: [.contentType: "application/x-pem-file"], body: ByteBuffer(string: pem))
    }
}
