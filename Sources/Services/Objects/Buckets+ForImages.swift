import Domain
import Foundation
import Metadata

extension Buckets {
    /// The bucket that copies of instance-store images land in: `amis-for-ACCOUNT-in-REGION-HASH`, one for an account and Region
    /// (docs/behaviour/instance-store-images.md, "Copying"). It is found again by its name and made when there is none; two calls at once
    /// make one.
    ///
    /// - Throws: `Fault` `TooManyBuckets`; `UnsupportedOperation` in a Region whose name is too long for it.
    func requireForImages() async throws -> BucketName {
        let (account, region, now) = (call.account, call.region, call.now)
        let prefix = Self.prefixForImages(of: call)
        // Random, so that nobody takes the name beforehand.
        let hash = String((0..<Self.hashLength).compactMap { _ in Self.hashCharacters.randomElement() })
        guard let new = BucketName(rawValue: prefix + hash) else {
            throw Fault(
                .unsupportedOperation,
                "The name of the Region \(region) is too long for a bucket that instance-store images are copied into"
            )
        }
        let name = try await call.prepare(in: call.deployment.directory) { transaction in
            let table = BucketNameTable(transaction)
            if let known = try Self.forImages(of: account, in: region, prefix, table) { return known }
            let max = try QuotaTable(transaction).value(of: .buckets, for: account)
            guard try table.count(of: account) < max else {
                throw Fault(.tooManyBuckets, "You have attempted to create more than \(max) buckets")
            }
            guard try table.row(new) == nil else { throw Fault(.bucketAlreadyExists, "The bucket \(new) exists already: try again") }
            try table.insert(.init(name: new, owner: account, region: region, createdAt: now))
            return new
        }
        try await call.prepare(in: call.store.database) { transaction in
            let table = BucketTable(transaction)
            guard try table.bucket(name) == nil else { return }
            try table.insert(Bucket(name: name, owner: account, createdAt: now))
            // Its objects carry ACLs.
            var settings = BucketSettings.standard
            settings.ownership = .bucketOwnerPreferred
            try table.set(settings, of: name)
        }
        return name
    }

    /// The bucket that is there, by its name. Nil where a copy would make one, which is called as the pattern says.
    package func forImages() async throws -> (known: BucketName?, pattern: String) {
        let (account, region, prefix) = (call.account, call.region, Self.prefixForImages(of: call))
        let known = try await call.deployment.directory.read { transaction in
            try Self.forImages(of: account, in: region, prefix, BucketNameTable(transaction))
        }
        return (known, "\(prefix)*")
    }

    private static func prefixForImages(of call: Call) -> String { "amis-for-\(call.account)-in-\(call.region)-" }

    private static func forImages(of account: AccountID, in region: Region, _ prefix: String, _ table: BucketNameTable) throws
        -> BucketName?
    {
        var after = prefix
        while let row = try table.rows(of: account, after: after, limit: 1).first, row.name.rawValue.hasPrefix(prefix) {
            if row.region == region, isHash(row.name.rawValue.dropFirst(prefix.count)) { return row.name }
            after = row.name.rawValue
        }
        return nil
    }

    private static let hashLength = 8
    private static let hashCharacters = Array("abcdefghijklmnopqrstuvwxyz0123456789")

    private static func isHash(_ text: Substring) -> Bool {
        text.count == hashLength && text.allSatisfy { hashCharacters.contains($0) }
    }
}
