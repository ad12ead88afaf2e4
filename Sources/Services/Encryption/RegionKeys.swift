import Blocks
import Domain
import Metadata
import Sealing

/// The keys of one Region: those of KMS, the domains that its snapshots and objects are sealed in, and the certificate for bundles.
package struct RegionKeys: Sendable {
    package let ring: KeyRing
    package let domains: SnapshotDomains
    /// The same domains as the Region's store opens them.
    package let seals: SealDomains
    package let certificates: RegionCertificates

    package init(region: Region, database: Database, vault: Vault, clock: WallClock) {
        let ring = KeyRing(region: region, database: database, vault: vault, clock: clock)
        let domains = SnapshotDomains(database: database, ring: ring, vault: vault, clock: clock)
        self.ring = ring
        self.domains = domains
        certificates = RegionCertificates(region: region, database: database, vault: vault, clock: clock)
        seals = SealDomains(generation: { ring.generation }) { id in
            guard let domain = DomainID(bytes: id.bytes) else { throw StoreError(.locked, "\(id) is no domain") }
            return try await domains.dataKey(of: domain).withUnsafeBytes { SealDomain(id, dataKey: $0) }
        }
    }

    /// Opens the domains whose keys can be used, so that a store that is opened next can prove what a crash left in them.
    package func unlock() async throws {
        for id in try await domains.all() {
            do {
                _ = try await seals.require(SealDomainID(id))
            } catch let error where DatabaseFailure.isPassing(error) {
                // Nothing is known of the key then.
                throw error
            } catch {
                continue
            }
        }
    }
}

extension SealDomainID {
    /// `nil` in a row is the open domain.
    init(_ domain: DomainID?) {
        guard let domain, let id = SealDomainID(bytes: domain.bytes) else {
            self = .open
            return
        }
        self = id
    }
}

extension RegionStore {
    /// What the bytes of a snapshot are sealed in.
    ///
    /// - Throws: `KeyUnusable` when its key is disabled, to be deleted or gone.
    func seal(of snapshot: Snapshot) async throws -> SealDomain { try await seal(snapshot.encryption?.domain) }

    func seal(_ domain: DomainID?) async throws -> SealDomain { try await blocks.domain(SealDomainID(domain)) }
}
