import Domain
import Foundation

/// One call that has been let in: who calls, and the Region that it acts in.
package struct Call: Sendable {
    package let principal: Principal
    package let store: RegionStore
    package let deployment: Deployment
    /// The host that the client spoke to.
    package let host: String
    /// Whether the call is to be checked and not done: see `rehearse`.
    package let isDryRun: Bool

    package init(principal: Principal, store: RegionStore, deployment: Deployment, host: String, isDryRun: Bool = false) {
        self.principal = principal
        self.store = store
        self.deployment = deployment
        self.host = host
        self.isDryRun = isDryRun
    }

    package var account: AccountID { principal.account }
    package var region: Region { store.region }
    package var keyRing: KeyRing { deployment.keyRing(of: store) }
    package var domains: SnapshotDomains { deployment.domains(of: store) }
    package var now: Date { deployment.clock.now }

    /// The same caller's, in another Region.
    package func at(_ store: RegionStore) -> Call {
        Call(principal: principal, store: store, deployment: deployment, host: host, isDryRun: isDryRun)
    }

    func pageToken(for listing: String) -> PageToken {
        PageToken(listing: "\(account)/\(listing)", in: region, tokens: deployment.tokens, clock: deployment.clock)
    }
}
