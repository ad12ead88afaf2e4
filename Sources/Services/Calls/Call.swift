import Domain
import Foundation

/// One call that has been let in: who calls, and the Region that it acts in.
package struct Call: Sendable {
    package private(set) var principal: Principal
    /// What the caller's temporary keys were given for; nil for keys that do not expire.
    package private(set) var session: CallerSession?
    /// Whom a provider vouches for, where that takes the place of a signature: the principal is nobody then.
    package private(set) var webIdentity: WebIdentity?
    /// The number of IAM's rows that the caller's key was read under; nil where the key did not tell.
    package let identityVersion: Int64?
    package private(set) var store: RegionStore
    package let deployment: Deployment
    /// The host that the client spoke to.
    package let host: String
    package let origin: CallOrigin
    /// Whether the call is to be checked and not done: see `rehearse`.
    package private(set) var isDryRun = false
    /// The service that asks another one for the caller, as policies name it: `ec2`. Nil for what the caller asks itself.
    package private(set) var service: String?
    private var entry = BucketEntry()

    package init(
        principal: Principal,
        session: CallerSession? = nil,
        identityVersion: Int64? = nil,
        store: RegionStore,
        deployment: Deployment,
        host: String,
        origin: CallOrigin = .server
    ) {
        self.principal = principal
        self.session = session
        self.identityVersion = identityVersion
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

    /// Whether the caller gets at what a bucket holds: its account has it, or the bucket has let the call in.
    func mayEnter(_ owner: AccountID, _ bucket: String) -> Bool {
        (owner == account && !principal.isNobody) || entry.buckets.contains(bucket)
    }

    /// The same, let into buckets that may be another account's: by what they say of the caller.
    package func entering(_ entry: BucketEntry) -> Call {
        var call = self
        call.entry.formUnion(entry)
        return call
    }

    /// Whether the caller may make objects in a bucket, and replace none.
    func makesOnlyNewObjects(in bucket: BucketName) -> Bool { entry.forNewObjects.contains(bucket.rawValue) }

    /// The call of whom a provider vouches for, whoever has signed it: nothing counts but the token.
    package func vouched(by identity: WebIdentity) -> Call {
        var call = self
        call.principal = Principal(account: account, accessKeyID: "", kind: .anonymous)
        call.session = nil
        call.webIdentity = identity
        return call
    }

    /// What a service asks of another for the caller.
    package func via(_ service: String) -> Call {
        var call = self
        call.service = service
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
    /// The version of TLS, such as `1.3`; nil without TLS. It is asked for, as hardly any policy wants to know.
    package let tlsVersion: @Sendable () async -> String?

    package init(
        address: String?,
        isSecure: Bool,
        userAgent: String? = nil,
        referer: String? = nil,
        tlsVersion: @escaping @Sendable () async -> String? = { nil }
    ) {
        self.address = address
        self.isSecure = isSecure
        self.userAgent = userAgent
        self.referer = referer
        self.tlsVersion = tlsVersion
    }

    /// Of what the server does by itself.
    package static let server = CallOrigin(address: nil, isSecure: true)
}
