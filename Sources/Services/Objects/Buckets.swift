import Domain
import Foundation
import Metadata

/// Buckets, on behalf of one caller in one Region. A bucket belongs to the account that made it; others get in where its policy or its ACL
/// has let the call in.
package struct Buckets: Sendable {

    let call: Call

    package init(_ call: Call) { self.call = call }

    /// The caller's buckets behind a name that begin with a prefix, of one Region or of all.
    package func list(
        after name: String = "",
        prefix: String = "",
        region: String? = nil,
        limit: Int = 10_000
    ) async throws -> [ListedBucket] {
        let account = call.account
        let rows = try await call.deployment.directory.read {
            try BucketNameTable($0).rows(of: account, after: name, prefix: prefix, region: region, limit: limit)
        }
        return rows.map { ListedBucket(name: $0.name, region: $0.region, createdAt: $0.createdAt) }
    }

    /// The bucket, which must be in this Region, and the caller's or one that the call has been let into.
    ///
    /// - Throws: `Fault` `NoSuchBucket`, `AccessDenied`, `ServiceUnavailable`; `BucketElsewhere`.
    package func require(_ text: String) async throws -> Bucket {
        let bucket = try await find(text, allowingElsewhere: call.mayEnter)
        guard call.mayEnter(bucket.owner, text) else { throw Self.denied }
        return bucket
    }

    static let denied = Fault(.accessDenied, "Access Denied")

    /// A bucket of this Region, whoever has it: what it says of the caller is asked next.
    ///
    /// - Parameter isKnown: whether the caller is told of a bucket that is in another Region, by its owner and its name.
    /// - Throws: `Fault` `NoSuchBucket`, `AccessDenied`, `ServiceUnavailable`; `BucketElsewhere`.
    package func find(_ text: String, allowingElsewhere isKnown: (AccountID, String) -> Bool = { _, _ in true }) async throws -> Bucket {
        guard let name = BucketName(rawValue: text) else { throw Self.missing(text) }
        let region = call.region
        let place = try await call.deployment.directory.read { try BucketNameTable($0).row(name) }
        guard let place else { throw Self.missing(text) }
        guard place.region == region else {
            guard isKnown(place.owner, text) else { throw Self.denied }
            try requireServed(place)
            throw BucketElsewhere(bucket: name, region: place.region)
        }
        guard let bucket = try await call.store.database.read({ try BucketTable($0).bucket(name) }) else { throw Self.missing(text) }
        return bucket
    }

    /// The location constraint that a bucket of the caller's was made with, told in any Region.
    package func location(of text: String) async throws -> String {
        do {
            _ = try await require(text)
        } catch let elsewhere as BucketElsewhere {
            guard let store = call.deployment.regions[elsewhere.region] else { return elsewhere.region.rawValue }
            return try await Buckets(call.at(store)).location(of: text)
        }
        return try await settings(of: text).location ?? call.region.rawValue
    }

    /// The Region of a bucket, if there is one of the name. It is no secret: S3 tells it whoever asks.
    ///
    /// - Throws: `Fault` `ServiceUnavailable`.
    package func region(of text: String) async throws -> Region? {
        guard let name = BucketName(rawValue: text) else { return nil }
        let place = try await call.deployment.directory.read { try BucketNameTable($0).row(name) }
        guard let place else { return nil }
        try requireServed(place)
        return place.region
    }

    /// Nobody is to be sent to a Region that the server was started without.
    private func requireServed(_ place: BucketNameTable.Row) throws {
        guard call.deployment.regions[place.region] == nil else { return }
        throw Fault(
            .regionNotServed,
            "The bucket \(place.name) is in the Region \(place.region), which this server was started without: it is there again when the"
                + " server is started with it (ferry serve --regions)"
        )
    }

    package static func missing(_ name: String) -> Fault {
        Fault(.noSuchBucket, "The specified bucket does not exist", details: ["BucketName": name])
    }

    package func setVersioning(_ versioning: Bucket.Versioning, of name: String) async throws {
        let bucket = try await require(name)
        try await call.store.database.write { try BucketTable($0).setVersioning(versioning, of: bucket.name) }
    }

    package func settings(of name: String) async throws -> BucketSettings { try await settings(of: try await require(name)) }

    package func settings(of bucket: Bucket) async throws -> BucketSettings {
        let row = try await call.store.database.read { try BucketTable($0).settingsRow(of: bucket.name) }
        return try call.deployment.bucketRules.rules(of: bucket.name, in: call.region, row: row).settings
    }

    /// Whose the bucket is, in whatever Region; nil where there is none.
    package func owner(of text: String) async throws -> AccountID? {
        guard let name = BucketName(rawValue: text) else { return nil }
        return try await call.deployment.directory.read { try BucketNameTable($0).row(name)?.owner }
    }

    /// Changes what is set of a bucket, unless `body` throws.
    package func change(_ name: String, _ body: @escaping @Sendable (inout BucketSettings) throws -> Void) async throws {
        let bucket = try await require(name)
        try await call.store.database.write { transaction in
            let table = BucketTable(transaction)
            var settings = try table.settings(of: bucket.name)
            try body(&settings)
            try table.set(settings, of: bucket.name)
        }
    }
}

/// The bucket is in another Region: the client is to ask there.
package struct BucketElsewhere: Error, CustomStringConvertible {
    package let bucket: BucketName
    package let region: Region

    package var description: String { "the bucket \(bucket) is in \(region)" }
}
