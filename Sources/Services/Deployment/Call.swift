import Domain
import Foundation

/// One call that has been let in: who calls, and the Region that it acts in.
package struct Call: Sendable {
    package let principal: Principal
    /// What the caller's temporary keys were given for; nil for keys that do not expire.
    package let session: CallerSession?
    package private(set) var store: RegionStore
    package let deployment: Deployment
    /// The host that the client spoke to.
    package let host: String
    package let origin: CallOrigin
    /// Whether the call is to be checked and not done: see `rehearse`.
    package private(set) var isDryRun = false

    package init(
        principal: Principal,
        session: CallerSession? = nil,
        store: RegionStore,
        deployment: Deployment,
        host: String,
        origin: CallOrigin = .server
    ) {
        self.principal = principal
        self.session = session
        self.store = store
        self.deployment = deployment
        self.host = host
        self.origin = origin
    }

    package var account: AccountID { principal.account }
    package var region: Region { store.region }
    package var keyRing: KeyRing { deployment.keyRing(of: store) }
    package var domains: SnapshotDomains { deployment.domains(of: store) }
    package var now: Date { deployment.clock.now }

    /// The same caller's, in another Region.
    package func at(_ store: RegionStore) -> Call {
        var call = self
        call.store = store
        return call
    }

    /// The same, to be checked and not done.
    func asDryRun() -> Call {
        var call = self
        call.isDryRun = true
        return call
    }

    func pageToken(for listing: String) -> PageToken {
        PageToken(listing: "\(account)/\(listing)", in: region, tokens: deployment.tokens, clock: deployment.clock)
    }
}

/// Where a call comes from: what conditions of policies ask about the way that it took.
package struct CallOrigin: Sendable {
    /// Of the client, or of what stands before the server.
    package let address: String?
    /// Whether it came over TLS.
    package let isSecure: Bool
    package let userAgent: String?
    package let referer: String?

    package init(address: String?, isSecure: Bool, userAgent: String? = nil, referer: String? = nil) {
        self.address = address
        self.isSecure = isSecure
        self.userAgent = userAgent
        self.referer = referer
    }

    /// Of what the server does by itself.
    package static let server = CallOrigin(address: nil, isSecure: true)
}
