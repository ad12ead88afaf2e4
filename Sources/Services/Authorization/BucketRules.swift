import Domain
import Metadata
import Synchronization

/// What is set of a bucket, with its policy made ready to decide.
struct BucketRules: Sendable {
    let settings: BucketSettings
    let policy: CompiledPolicy?

    /// - Throws: `PolicyError` for a text that is no policy, which none that was taken in is.
    init(_ settings: BucketSettings) throws(PolicyError) {
        self.settings = settings
        policy = if let policy = settings.policy { try CompiledPolicy(resource: policy.text, ids: settings.policyIDs) } else { nil }
    }

    /// Whether ACLs, of the bucket or of its objects, count for whom they let in.
    var obeysACLs: Bool { settings.ownership != .bucketOwnerEnforced && settings.publicAccess?.ignoresACLs != true }

    /// Whether who is not of the account is kept out, as the policy would let in everybody.
    var restrictsPolicy: Bool { policy?.isPublic == true && settings.publicAccess?.restrictsBuckets == true }

    /// Whether anything in the bucket can be open to whoever does not sign.
    var reachesNobody: Bool { !restrictsPolicy && (obeysACLs || policy?.reachesNobody == true) }
}

/// The rules of buckets, read once: they are good as long as the row of the bucket's settings is the same, byte for byte.
package final class BucketRulesCache: Sendable {
    private struct Place: Hashable {
        let bucket: BucketName
        let region: Region
    }

    private struct Kept {
        var rules: [Place: (row: [UInt8], rules: BucketRules)] = [:]
        var bytes = 0
    }

    /// Of rows; what is made of one takes some ten times its size.
    private static let bytesMax = 2 << 20
    /// What a row takes at least.
    private static let rowBytesMin = 1 << 10

    private let kept = Mutex(Kept())

    package init() {}

    /// - Parameter row: as the table has it; nil where nothing is set.
    func rules(of bucket: BucketName, in region: Region, row: [UInt8]?) throws -> BucketRules {
        guard let row else { return try BucketRules(BucketSettings()) }
        let place = Place(bucket: bucket, region: region)
        if let known = kept.withLock({ $0.rules[place] }), known.row == row { return known.rules }
        let rules = try BucketRules(try BucketTable.settings(of: row))
        kept.withLock { kept in
            if kept.bytes >= Self.bytesMax { kept = Kept() }
            if let old = kept.rules.updateValue((row, rules), forKey: place) { kept.bytes -= max(old.row.count, Self.rowBytesMin) }
            kept.bytes += max(row.count, Self.rowBytesMin)
        }
        return rules
    }
}

extension Buckets {
    /// Refuses whoever does not sign before a byte of its request is read, where nothing in the bucket is open to it.
    ///
    /// - Throws: `Fault` `AccessDenied`.
    package func requireOpen(_ bucket: Bucket) async throws {
        guard call.principal.isNobody else { return }
        guard try await rules(of: bucket.name)?.rules.reachesNobody ?? false, try await !call.isClosed(bucket.owner) else {
            throw Self.denied
        }
    }

    /// A bucket of any Region with its rules, and the call where it is: the source of a copy may be in another Region. Nil where there is none.
    func found(_ name: BucketName) async throws -> (bucket: Bucket, rules: BucketRules, place: Call)? {
        if let (bucket, rules) = try await rules(of: name) { return (bucket, rules, call) }
        let row = try await call.deployment.directory.read { try BucketNameTable($0).row(name) }
        guard let store = row.flatMap({ call.deployment.regions[$0.region] }), store.region != call.region else { return nil }
        let place = call.at(store)
        return try await Buckets(place).rules(of: name).map { ($0.bucket, $0.rules, place) }
    }

    /// Of the call's Region.
    private func rules(of name: BucketName) async throws -> (bucket: Bucket, rules: BucketRules)? {
        let found = try await call.store.database.read { transaction -> (bucket: Bucket, row: [UInt8]?)? in
            let table = BucketTable(transaction)
            return try table.bucket(name).map { ($0, try table.settingsRow(of: name)) }
        }
        return try found.map { ($0.bucket, try call.deployment.bucketRules.rules(of: name, in: call.region, row: $0.row)) }
    }
}
