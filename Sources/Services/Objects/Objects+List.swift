import Domain
import Metadata

/// What a listing asks for.
package struct ObjectListing: Sendable {
    package var prefix: String
    package var delimiter: String?
    /// Only keys behind this one.
    package var after: String?
    package var limit: Int

    package init(prefix: String = "", delimiter: String? = nil, after: String? = nil, limit: Int = 1000) {
        self.prefix = prefix
        self.delimiter = delimiter
        self.after = after
        self.limit = limit
    }
}

/// A page of a listing: keys and what is common to many, in one order.
package struct ObjectPage<Element: Sendable>: Sendable {
    package fileprivate(set) var elements: [Element] = []
    package fileprivate(set) var prefixes: [String] = []
    /// The last key or prefix of the page, when there is more behind it.
    package fileprivate(set) var end: String?
    fileprivate var lastEntry: String?

    package var count: Int { elements.count + prefixes.count }
}

extension Objects {
    /// The keys of a bucket, ascending by their bytes. Keys that have a delimiter behind the prefix are folded into one entry, and what
    /// it stands for is skipped and not read.
    package func list(_ listing: ObjectListing, in bucket: String) async throws -> ObjectPage<ObjectRow> {
        let bucket = try await Buckets(call).require(bucket)
        return try await Self.list(listing, key: \ObjectRow.key) { [store = call.store] from, end, limit in
            try await store.database.read { try ObjectTable($0).objects(in: bucket.name, from: from, before: end, limit: limit) }
        }
    }

    /// All versions, the newest of a key first. `version` is the one behind which to go on in the key `after`.
    package func listVersions(_ listing: ObjectListing, behindVersion version: String? = nil, in bucket: String) async throws
        -> ObjectPage<ObjectRow>
    {
        let bucket = try await Buckets(call).require(bucket)
        var listing = listing
        var (first, number) = ([UInt8]?.none, Int64?.none)
        if let version, let after = listing.after, let key = ObjectKey(after) {
            // A version that is gone meanwhile leaves its place unknown: the key is listed again.
            number = try await call.store.database.read { try ObjectTable($0).version(version, of: key, in: bucket.name) }?.number
            (first, listing.after) = (key.bytes, nil)
        }
        return try await Self.list(listing, key: \ObjectRow.key, startingAt: first, behind: number) {
            [store = call.store] from, below, end, limit in
            try await store.database.read {
                try ObjectTable($0).versions(in: bucket.name, from: from, below: below, before: end, limit: limit)
            }
        } mark: { (row: ObjectRow) -> Int64? in
            row.number
        }
    }

    /// Uploads that are not complete, in the order of their keys and, of one key, of their ids. `id` is the one behind which to go on in
    /// the key `after`; without it a listing goes on behind all uploads of that key.
    package func listUploads(_ listing: ObjectListing, behindID id: String? = nil, in bucket: String) async throws
        -> ObjectPage<MultipartUpload>
    {
        let bucket = try await Buckets(call).require(bucket)
        var listing = listing
        var (first, mark) = ([UInt8]?.none, String?.none)
        if let id, let after = listing.after { (first, mark, listing.after) = (Array(after.utf8), id, nil) }
        return try await Self.list(listing, key: \MultipartUpload.key, startingAt: first, behind: mark) {
            [store = call.store] from, behind, end, limit in
            try await store.database.read {
                try MultipartTable($0).uploads(in: bucket.name, after: from, id: behind ?? "", before: end, limit: limit)
            }
        } mark: { (upload: MultipartUpload) -> String? in
            upload.id
        }
    }

    private static func list(
        _ listing: ObjectListing,
        key: (ObjectRow) -> ObjectKey,
        read: (_ from: [UInt8], _ end: [UInt8]?, _ limit: Int) async throws -> [ObjectRow]
    ) async throws -> ObjectPage<ObjectRow> {
        // One row a key: the place behind a row is the place behind its key.
        try await list(listing, key: key, startingAt: nil, behind: Int64?.none) { from, _, end, limit in
            try await read(from, end, limit)
        } mark: { (_: ObjectRow) -> Int64? in
            nil
        }
    }

    /// Walks rows in the order of their keys.
    ///
    /// - Parameters:
    ///   - mark: where in the key `first` to go on, as rows of one key are told apart; nil for its beginning.
    ///   - markOf: a row's mark; nil where a key has one row.
    private static func list<Row: Sendable, Mark: Sendable>(
        _ listing: ObjectListing,
        key: (Row) -> ObjectKey,
        startingAt first: [UInt8]?,
        behind mark: Mark?,
        read: (_ from: [UInt8], _ behind: Mark?, _ end: [UInt8]?, _ limit: Int) async throws -> [Row],
        mark markOf: (Row) -> Mark?
    ) async throws -> ObjectPage<Row> {
        var page = ObjectPage<Row>()
        let prefix = Array(listing.prefix.utf8)
        let end = Self.successor(of: prefix)
        var (from, behind) = (prefix, Mark?.none)
        // A place before the prefix is none in it.
        if let first, !first.lexicographicallyPrecedes(prefix) { (from, behind) = (first, mark) }
        if let after = listing.after {
            // A page that ended with a common prefix goes on behind all that it stands for.
            let bytes = Array(after.utf8)
            let isFolded =
                listing.delimiter.map { after.hasSuffix($0) && bytes.starts(with: prefix) && bytes.count > prefix.count } ?? false
            guard let next = isFolded ? Self.successor(of: bytes) : bytes + [0] else { return page }
            from = Self.later(next, prefix)
        }
        while true {
            let wanted = min(listing.limit - page.count + 1, 1000)
            let rows = try await read(from, behind, end, wanted)
            var jump: [UInt8]?
            for row in rows {
                if let jump, key(row).bytes.lexicographicallyPrecedes(jump) { continue }
                jump = nil
                guard page.count < listing.limit else {
                    page.end = page.lastEntry
                    return page
                }
                guard let folded = listing.commonPrefix(of: key(row)) else {
                    page.elements.append(row)
                    page.lastEntry = key(row).text
                    continue
                }
                page.prefixes.append(folded)
                page.lastEntry = folded
                guard let next = Self.successor(of: Array(folded.utf8)) else { return page }
                jump = next
            }
            guard rows.count == wanted, let last = rows.last else { return page }
            if let jump {
                (from, behind) = (jump, nil)
            } else if let mark = markOf(last) {
                (from, behind) = (key(last).bytes, mark)
            } else {
                (from, behind) = (key(last).bytes + [0], nil)
            }
        }
    }

    private static func later(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] { left.lexicographicallyPrecedes(right) ? right : left }

    /// The first text, by bytes, behind all that begin with this one; nil when there is none.
    static func successor(of prefix: [UInt8]) -> [UInt8]? {
        guard let place = prefix.lastIndex(where: { $0 < 0xff }) else { return nil }
        return Array(prefix[..<place]) + [prefix[place] + 1]
    }
}

extension ObjectListing {
    /// What a key is folded into: up to and with the first delimiter behind the prefix.
    func commonPrefix(of key: ObjectKey) -> String? {
        guard let delimiter, !delimiter.isEmpty else { return nil }
        let (bytes, mark, start) = (key.bytes, Array(delimiter.utf8), prefix.utf8.count)
        guard bytes.count >= start + mark.count else { return nil }
        for place in start...(bytes.count - mark.count) where bytes[place..<place + mark.count].elementsEqual(mark) {
            return String(decoding: bytes[..<(place + mark.count)], as: UTF8.self)
        }
        return nil
    }
}
