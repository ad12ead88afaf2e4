import Glibc
import NIOCore

/// An open pack: its header, its key, and whole reads and writes.
final class PackFile: Sendable {
    let id: PackID
    let path: String
    private let handle: any PackFileHandle
    private let openSeal: FrameSeal
    private let domains: SealDomains

    private init(id: PackID, path: String, handle: any PackFileHandle, header: PackHeader, domains: SealDomains) {
        self.id = id
        self.path = path
        self.handle = handle
        openSeal = FrameSeal(of: header)
        self.domains = domains
    }

    /// Makes a new pack with a new id and key. Its name and header are durable when this returns, so that whoever finds a frame after
    /// a power cut finds both copies of the key that opens it, too.
    static func create(in storage: any PackStorage, domains: SealDomains) throws(IOFailure) -> PackFile {
        let id = PackID.random()
        var key: [UInt8] = []
        for _ in 0..<4 { key.appendLittleEndian(UInt64.random(in: .min ... .max)) }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let milliseconds = UInt64(now.tv_sec) * 1_000 + UInt64(now.tv_nsec) / 1_000_000
        let header = PackHeader(id: id, openKey: key, createdMilliseconds: milliseconds)
        let file = PackFile(
            id: id,
            path: "\(storage.path)/\(id.fileName)",
            handle: try storage.create(id.fileName),
            header: header,
            domains: domains
        )
        do {
            try file.write(ByteBuffer(bytes: header.preamble), at: 0)
            try file.sync()
            try storage.syncFolder()
        } catch {
            // A full disk would otherwise collect an empty file for each attempt; failing to remove it changes nothing else.
            try? storage.remove(id.fileName)
            throw error
        }
        return file
    }

    /// Opens a pack to read it. Throws `IOFailure`, or `FrameDamage.packHeader` when no copy of the header is whole.
    static func open(_ id: PackID, in storage: any PackStorage, domains: SealDomains) throws -> PackFile {
        let handle = try storage.open(id.fileName)
        let path = "\(storage.path)/\(id.fileName)"
        var damage: FrameDamage?
        for place in PackHeader.copies {
            do {
                let header = try Self.header(at: place, of: handle, path: path)
                guard header.id == id else { throw FrameDamage.packHeader("it is the one of pack \(header.id)") }
                return PackFile(id: id, path: path, handle: handle, header: header, domains: domains)
            } catch let error as FrameDamage {
                damage = damage ?? error
            }
        }
        throw damage ?? .packHeader("no copy")
    }

    /// What is wrong with the copies of the header, for scrub.
    func headerDamage() throws(IOFailure) -> [(offset: UInt64, damage: FrameDamage)] {
        var result: [(offset: UInt64, damage: FrameDamage)] = []
        for place in PackHeader.copies {
            do {
                let header = try Self.header(at: place, of: handle, path: path)
                if header.id != id { result.append((place, .packHeader("it is the one of pack \(header.id)"))) }
            } catch {
                result.append((place, error))
            }
        }
        return result
    }

    /// Writes the copy of the header that is whole over the other one, and syncs. Throws `FrameDamage` when none is whole.
    static func mendHeader(of id: PackID, at place: UInt64, in storage: any PackStorage) throws {
        let handle = try storage.openToMend(id.fileName)
        let path = "\(storage.path)/\(id.fileName)"
        var damage = FrameDamage.packHeader("no copy")
        for other in PackHeader.copies where other != place {
            let header: PackHeader
            do {
                header = try Self.header(at: other, of: handle, path: path)
            } catch {
                damage = error
                continue
            }
            guard header.id == id else { continue }
            let file = PackFile(id: id, path: path, handle: handle, header: header, domains: SealDomains())
            try file.write(ByteBuffer(bytes: header.encoded), at: place)
            return try file.sync()
        }
        throw damage
    }

    private static func header(at place: UInt64, of handle: any PackFileHandle, path: String) throws(FrameDamage) -> PackHeader {
        let bytes: ByteBuffer
        do {
            bytes = try read(PackHeader.bytes, at: place, of: handle)
        } catch {
            throw .unreadable(errno: error.errno)
        }
        return try PackHeader(decoding: Array(bytes.readableBytesView))
    }

    // MARK: frames

    /// Seals a payload for its place. The whole frame comes back, to be written there.
    func seal(_ payload: FramePayload, address: Digest, at offset: UInt64, in domain: SealDomain) throws -> ByteBuffer {
        guard domains[domain.id] != nil else { throw FrameDamage.locked(domain.id) }
        return try seal(in: domain).seal(
            payload,
            header: FrameHeader(
                kind: payload.kind,
                codec: payload.codec,
                plainLength: payload.plainLength,
                storedLength: payload.storedLength,
                offset: offset,
                domain: domain.id,
                address: address
            )
        )
    }

    /// Seals a payload, writes it to its place, and says where that is.
    func put(_ payload: FramePayload, address: Digest, at offset: UInt64, in domain: SealDomain) throws -> FrameLocation {
        try write(try seal(payload, address: address, at: offset, in: domain), at: offset)
        return FrameLocation(
            pack: id,
            offset: offset,
            storedLength: payload.storedLength,
            plainLength: payload.plainLength,
            kind: payload.kind,
            codec: payload.codec,
            domain: domain.id
        )
    }

    /// Reads and opens the frame that the index names. Throws `FrameDamage` when other bytes stand there; `IOFailure` never,
    /// because to the reader of a frame a disk that cannot read it is damage too.
    func open(_ frame: IndexedFrame) throws(FrameDamage) -> FramePayload {
        let expected = FrameHeader(of: frame)
        var bytes = try frameBytes(FrameHeader.bytes + Int(frame.location.storedLength), at: frame.location.offset)
        guard let head = bytes.readBytes(length: FrameHeader.bytes) else { throw .cutOff }
        guard head == expected.encoded else {
            // Decoding says in words what is wrong with it. When it decodes and is of this content, the index is wrong about the rest.
            let found = try FrameHeader(decoding: head, at: frame.location.offset)
            guard found.address == frame.address else { throw .header("not the one that the index names") }
            return try openFrame(at: frame.location.offset, end: .max).payload
        }
        guard bytes.readableBytes == Int(frame.location.storedLength) else { throw .cutOff }
        return try seal(in: try domain(expected.domain)).open(bytes, header: expected)
    }

    /// Where the frame ends that the index names: its own header says so, whatever the index says.
    func end(of frame: IndexedFrame) -> UInt64 {
        let known = frame.location.offset + frame.location.frameLength
        guard let head = try? frameBytes(FrameHeader.bytes, at: frame.location.offset),
            let header = try? FrameHeader(decoding: Array(head.readableBytesView), at: frame.location.offset)
        else { return FrameHeader.align(known) }
        return max(FrameHeader.align(known), header.nextOffset)
    }

    /// Whether the header that the index names stands at its place; the payload is not looked at.
    func holdsHeader(of frame: IndexedFrame) throws(FrameDamage) -> Bool {
        let head = try frameBytes(FrameHeader.bytes, at: frame.location.offset)
        return Array(head.readableBytesView) == FrameHeader(of: frame).encoded
    }

    /// Reads and opens whatever frame stands at `offset`, which must end before `end`.
    func openFrame(at offset: UInt64, end: UInt64) throws(FrameDamage) -> (header: FrameHeader, payload: FramePayload) {
        let header = try FrameHeader(decoding: Array(try frameBytes(FrameHeader.bytes, at: offset).readableBytesView), at: offset)
        let start = offset + UInt64(FrameHeader.bytes)
        guard start + UInt64(header.storedLength) <= end else { throw .cutOff }
        let sealed = try frameBytes(Int(header.storedLength), at: start)
        guard sealed.readableBytes == Int(header.storedLength) else { throw .cutOff }
        return (header, try seal(in: try domain(header.domain)).open(sealed, header: header))
    }

    private func domain(_ id: SealDomainID) throws(FrameDamage) -> SealDomain {
        guard let domain = domains[id] else { throw .locked(id) }
        return domain
    }

    private func seal(in domain: SealDomain) -> FrameSeal { domain.key(in: id).map(FrameSeal.init(key:)) ?? openSeal }

    private func frameBytes(_ count: Int, at offset: UInt64) throws(FrameDamage) -> ByteBuffer {
        do {
            return try read(count, at: offset)
        } catch {
            throw .unreadable(errno: error.errno)
        }
    }

    // MARK: bytes

    /// Up to `count` bytes; fewer only at the end of the file.
    func read(_ count: Int, at offset: UInt64) throws(IOFailure) -> ByteBuffer {
        try Self.read(count, at: offset, of: handle)
    }

    private static func read(_ count: Int, at offset: UInt64, of handle: any PackFileHandle) throws(IOFailure) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(count)
        while buffer.readableBytes < count {
            let place = offset + UInt64(buffer.readableBytes)
            let wanted = count - buffer.readableBytes
            let got = try IOFailure.retryingInterrupted { () throws(IOFailure) -> Int in
                try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { target throws(IOFailure) -> Int in
                    try handle.read(into: UnsafeMutableRawBufferPointer(rebasing: target.prefix(wanted)), at: place)
                }
            }
            if got == 0 { break }
        }
        return buffer
    }

    /// Writes all bytes, in as many calls as it takes.
    func write(_ buffer: ByteBuffer, at offset: UInt64) throws(IOFailure) {
        var rest = buffer
        while rest.readableBytes > 0 {
            let place = offset + UInt64(buffer.readableBytes - rest.readableBytes)
            let written = try IOFailure.retryingInterrupted { () throws(IOFailure) -> Int in
                try rest.withUnsafeReadableBytes { bytes throws(IOFailure) -> Int in try handle.write(bytes, at: place) }
            }
            // A call that writes nothing and reports nothing would be repeated for ever.
            guard written > 0 else { throw IOFailure(call: "pwrite", path: path, errno: EIO) }
            rest.moveReaderIndex(forwardBy: written)
        }
    }

    func sync() throws(IOFailure) {
        try IOFailure.retryingInterrupted { () throws(IOFailure) in try handle.sync() }
    }

    func size() throws(IOFailure) -> UInt64 { try handle.size() }
    func dropCache() { handle.dropCache() }
}
