/// The pairs that a ciphertext is bound to: who decrypts must give the same ones. They are no secret.
///
/// Compared byte by byte: two spellings of a letter that look the same are different.
package struct EncryptionContext: Hashable, Sendable {
    /// KMS takes a context of up to 8 KiB.
    package static let bytesMax = 8192

    package struct Pair: Hashable, Sendable {
        package let key: [UInt8]
        package let value: [UInt8]
    }

    /// Sorted by the bytes of their keys; each key once.
    package let pairs: [Pair]

    package static let empty = EncryptionContext(sorted: [])

    private init(sorted pairs: [Pair]) { self.pairs = pairs }

    package init(_ values: [(key: String, value: String)]) throws {
        let pairs = values.map { Pair(key: Array($0.key.utf8), value: Array($0.value.utf8)) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
        guard pairs.reduce(0, { $0 + $1.key.count + $1.value.count }) <= Self.bytesMax else {
            throw Fault(.validationException, "The encryption context is larger than \(Self.bytesMax) bytes")
        }
        guard zip(pairs, pairs.dropFirst()).allSatisfy({ $0.key != $1.key }) else {
            throw Fault(.validationException, "The encryption context has a key twice")
        }
        self.init(sorted: pairs)
    }

    /// The one form of these pairs as bytes: for each its key and its value, with their lengths as 4 bytes, big-endian, before them.
    package var canonicalBytes: [UInt8] {
        var bytes: [UInt8] = []
        for pair in pairs {
            for part in [pair.key, pair.value] {
                withUnsafeBytes(of: UInt32(part.count).bigEndian) { bytes += $0 }
                bytes += part
            }
        }
        return bytes
    }

    /// Reads what `canonicalBytes` wrote; nil for anything else.
    package init?(canonicalBytes bytes: [UInt8]) {
        var rest = bytes[...]
        var parts: [[UInt8]] = []
        while !rest.isEmpty {
            guard rest.count >= 4 else { return nil }
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard rest.count >= length else { return nil }
            parts.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        guard parts.count.isMultiple(of: 2) else { return nil }
        let pairs = stride(from: 0, to: parts.count, by: 2).map { Pair(key: parts[$0], value: parts[$0 + 1]) }
        guard zip(pairs, pairs.dropFirst()).allSatisfy({ $0.key.lexicographicallyPrecedes($1.key) }) else { return nil }
        self.init(sorted: pairs)
    }

    /// Whether every pair of `other` is here too.
    package func contains(_ other: EncryptionContext) -> Bool { Set(pairs).isSuperset(of: other.pairs) }
}
