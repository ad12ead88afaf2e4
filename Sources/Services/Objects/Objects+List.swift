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
    /// The last key or prefix of the page.
    package fileprivate(set) var lastEntry: String?

    package var count: Int { elements.count + prefixes.count }

    fileprivate func map<Other>(_ transform: (Element) -> Other) -> ObjectPage<Other> {
        ObjectPage<Other>(elements: elements.map(transform), prefixes: prefixes, end: end, lastEntry: lastEntry)
    }
}

extension ObjectRow {
    fileprivate var listed: ListedObject {
        ListedObject(
            key: key,
            version: version,
            isLatest: isLatest,
            isMarker: isMarker,
            bytes: bytes,
            etag: etag,
            modifiedAt: modifiedAt,
            checksum: checksum
        )
    }
}

extension Objects {
    /// The keys of a bucket, ascending by their bytes. Keys that have a delimiter behind the prefix are folded into one entry, and what
    /// it stands for is skipped and not read.
    package func list(_ listing: ObjectListing, in bucket: String) async throws -> ObjectPage<ListedObject> {
        let bucket = try await Buckets(call).require(bucket)
        let page = try await Self.list(listing, key: \ObjectRow.key) { [store = call.store] from, end, limit in
            try await store.database.read { try ObjectTable($0).objects(in: bucket.name, from: from, before: end, limit: limit) }
        }
        return page.map(\.listed)
    }

    /// All versions, the newest of a key first. `version` is the one behind which to go on in the key `after`.
    package func listVersions(_ listing: ObjectListing, behindVersion version: String? = nil, in bucket: String) async throws
        -> ObjectPage<ListedObject>
    {
        let bucket = try await Buckets(call).require(bucket)
        var listing = listing
        var (first, number) = ([UInt8]?.none, Int64?.none)
        if let version, let after = listing.after, let key = ObjectKey(after) {
            // A version that is gone meanwhile leaves its place unknown: the key is listed again.
            number = try await call.store.database.read { try ObjectTable($0).version(version, of: key, in: bucket.name) }?.number
            (first, listing.after) = (key.bytes, nil)
        }
        let page = try await Self.list(listing, key: \ObjectRow.key, startingAt: first, behind: number) {
            [store = call.store] from, below, end, limit in
            try await store.database.read {
                try ObjectTable($0).versions(in: bucket.name, from: from, below: below, before: end, limit: limit)
            }
        } mark: { (row: ObjectRow) -> Int64? in
            row.number
        }
        return page.map(\.listed)
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
        if let place = first ?? listing.after.map({ Array($0.utf8) }), !place.lexicographicallyPrecedes(prefix) {
            if let folded = listing.commonPrefix(of: place) {
                // Whatever lies behind a place in a common prefix: that prefix comes before the place, and is not listed again.
                guard let next = Self.successor(of: folded) else { return page }
                from = next
            } else {
                (from, behind) = first == nil ? (place + [0], nil) : (place, mark)
            }
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
                guard let folded = listing.commonPrefix(of: key(row).bytes) else {
                    page.elements.append(row)
                    page.lastEntry = key(row).text
                    continue
                }
                let text = String(decoding: folded, as: UTF8.self)
                page.prefixes.append(text)
                page.lastEntry = text
                guard let next = Self.successor(of: folded) else { return page }
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

    /// The first text, by bytes, behind all that begin with this one; nil when there is none.
    static func successor(of prefix: [UInt8]) -> [UInt8]? {
        guard let place = prefix.lastIndex(where: { $0 < 0xff }) else { return nil }
        return Array(prefix[..<place]) + [prefix[place] + 1]
    }
}

extension ObjectListing {
    /// What a key is folded into: up to and with the first delimiter behind the prefix; nil when it is not folded.
    func commonPrefix(of key: [UInt8]) -> [UInt8]? {
        guard let delimiter, !delimiter.isEmpty, key.starts(with: prefix.utf8) else { return nil }
        let (mark, start) = (Array(delimiter.utf8), prefix.utf8.count)
        guard key.count >= start + mark.count else { return nil }
        for place in start...(key.count - mark.count) where key[place..<place + mark.count].elementsEqual(mark) {
            return Array(key[..<(place + mark.count)])
        }
        return nil
    }
}
