import Blocks
import Domain
import NIOCore

/// Reads a range of an object, at most a block at a time.
package struct ObjectReader: Sendable {
    private let name: String
    private let store: BlockStore
    private let seal: SealDomain
    private var segments: ArraySlice<StoredObject.Segment>
    /// Where the next byte stands in the first of the segments.
    private var offset: Int64
    private var left: Int64
    private var map: BlockMapReader?

    init(_ object: StoredObject, range: Range<Int64>, store: BlockStore, seal: SealDomain) {
        name = "s3://\(object.bucket)/\(object.key.text)"
        self.store = store
        self.seal = seal
        var (segments, offset) = (object.segments[...], range.lowerBound)
        while let first = segments.first, offset >= first.bytes {
            offset -= first.bytes
            segments.removeFirst()
        }
        (self.segments, self.offset) = (segments, offset)
        left = Int64(range.count)
    }

    /// The next bytes, nil behind the last. Throws when they cannot be read.
    package mutating func next() async throws -> ByteBuffer? {
        guard let bytes = try await here() else { return nil }
        pass(bytes.readableBytes)
        return bytes
    }

    /// The bytes from here to the end of their block, nil behind the last. They may be read again until they are passed.
    package mutating func here() async throws -> ByteBuffer? {
        do {
            return try await read()
        } catch let error as StoreError where error.isLostContent {
            throw error.reading(name)
        }
    }

    private mutating func read() async throws -> ByteBuffer? {
        guard left > 0, let segment = segments.first else { return nil }
        let map = try await map(of: segment)
        self.map = map
        let blockBytes = Int64(BlockSize.bytes)
        let (index, start) = (offset / blockBytes, offset % blockBytes)
        let count = min(blockBytes - start, segment.bytes - offset, left)
        if let digest = try await map.digest(at: UInt64(index)) {
            let block = try await store.read(digest, in: seal)
            guard let slice = block.getSlice(at: block.readerIndex + Int(start), length: Int(count)) else {
                throw StoreError(.damaged, "a block of an object is too short", address: digest)
            }
            return slice
        }
        return ByteBuffer(repeating: 0, count: Int(count))
    }

    /// - Parameter count: no more than are here.
    package mutating func pass(_ count: Int) {
        offset += Int64(count)
        left -= Int64(count)
        guard let segment = segments.first, offset == segment.bytes else { return }
        segments.removeFirst()
        offset = 0
        map = nil
    }

    private func map(of segment: StoredObject.Segment) async throws -> BlockMapReader {
        if let map { return map }
        guard let root = Digest(bytes: segment.root) else { throw StoreError(.damaged, "the root of an object is no address") }
        return BlockMapReader(root: try await store.readRoot(root), reading: DomainPages(store, in: seal))
    }
}

extension ObjectReader: ArchiveSource {}

extension Objects {
    /// Reads bytes of an object that was found.
    ///
    /// - Throws: `KeyUnusable` when its key is disabled, to be deleted or gone.
    package func read(_ object: StoredObject, range: Range<Int64>) async throws -> ObjectReader {
        if case .kms = object.encryption?.key { try requireSigned() }
        let seal = try await call.store.seal(object.encryption?.domain)
        if case .kms(let arn, let hasBucketKey) = object.encryption?.key {
            let sealed = SealedObject(bucket: object.bucket, key: object.key, hasBucketKey: hasBucketKey)
            try await call.requireKey(arn, for: ["Decrypt"], via: .s3, in: .object(sealed))
        }
        return ObjectReader(object, range: range, store: call.store.blocks, seal: seal)
    }
}
