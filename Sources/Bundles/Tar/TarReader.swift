import NIOCore

/// Takes the one file out of a tar stream, piece by piece, as what stands at which place of it; holes are stepped over.
///
/// It reads ustar, old GNU and PAX headers and the sparse files of all three. Anything but one regular file is refused, and so is a file
/// that is not as large as the manifest says, before any of it is given out.
package struct TarReader {
    private enum State {
        case header
        /// What follows a header and belongs to the next one: a name or PAX records.
        case extended(TarHeader.Kind, bytes: [UInt8], size: Int64)
        /// Blocks of an old GNU sparse map.
        case sparseBlocks(SparseMap, size: Int64)
        /// The map in front of the data of a PAX 1.0 sparse file.
        case paxMap(PaxMapReader, size: Int64)
        case data(SparseData)
        /// Zeros up to a whole block.
        case padding(Int64)
        /// The first block of zeros behind the last member has been seen, and zeros are all that may come.
        case end(trailing: Int64)
    }

    private let imageBytes: Int64
    private var state = State.header
    private var block: [UInt8] = []
    private var extendedHeaders = 0
    private var longName: String?
    private var pax = PaxRecords()
    private var hasFile = false
    private var hasData = false

    /// - Parameter imageBytes: what the file must measure.
    package init(imageBytes: Int64) { self.imageBytes = imageBytes }

    /// Reads on until something stands at a place; nil when the input is used up.
    package mutating func next(from input: inout ByteBuffer) throws(BundleError) -> DiskExtent? {
        while input.readableBytes > 0 {
            switch state {
            case .header:
                guard fillBlock(from: &input) else { return nil }
                try header()
            case .extended(let kind, var bytes, let size):
                // Emptied first, so that the bytes are not copied with each piece.
                state = .header
                let count = min(input.readableBytes, Int(Self.padded(size)) - bytes.count)
                if let read = input.readBytes(length: count) { bytes += read }
                if bytes.count < Self.padded(size) {
                    state = .extended(kind, bytes: bytes, size: size)
                } else {
                    try extended(kind, Array(bytes.prefix(Int(size))))
                }
            case .sparseBlocks(var map, let size):
                state = .header
                let isComplete = fillBlock(from: &input)
                if isComplete { for extent in try TarHeader.sparseEntries(block[0..<504]) { try map.append(extent) } }
                state = .sparseBlocks(map, size: size)
                guard isComplete else { return nil }
                if block[504] == 0 { try begin(map, stored: size) }
                block = []
            case .paxMap(var reader, let size):
                state = .header
                let map = try reader.next(from: &input)
                state = .paxMap(reader, size: size)
                if let map { try begin(map, stored: size - reader.bytes) }
            case .data(var data):
                let extent = data.next(from: &input)
                state = data.isComplete ? .padding(data.padding) : .data(data)
                if data.isComplete { hasData = true }
                if let extent { return extent }
            case .padding(let left):
                let count = min(Int64(input.readableBytes), left)
                input.moveReaderIndex(forwardBy: Int(count))
                state = count == left ? .header : .padding(left - count)
            case .end(let trailing):
                try skipZeros(&input, trailing)
            }
        }
        return nil
    }

    /// - Throws: ``BundleError`` when the archive ends in the middle, or held no file.
    package func finish() throws(BundleError) {
        guard hasFile else { throw BundleError("The archive in the bundle holds no file.") }
        guard hasData, case .end = state else { throw BundleError("The archive in the bundle ends in the middle.") }
    }

    private mutating func skipZeros(_ input: inout ByteBuffer, _ trailing: Int64) throws(BundleError) {
        guard input.readableBytesView.allSatisfy({ $0 == 0 }) else {
            throw BundleError("Something follows the end of the archive in the bundle.")
        }
        let seen = trailing + Int64(input.readableBytes)
        guard seen <= BundleLimits.trailingBytes else { throw BundleError("The archive in the bundle does not end where its image does.") }
        input.clear()
        state = .end(trailing: seen)
    }

    /// True when ``block`` is whole.
    private mutating func fillBlock(from input: inout ByteBuffer) -> Bool {
        if let read = input.readBytes(length: min(input.readableBytes, TarHeader.blockBytes - block.count)) { block += read }
        return block.count == TarHeader.blockBytes
    }
}

extension TarReader {
    private mutating func header() throws(BundleError) {
        let whole = block
        block = []
        guard whole.contains(where: { $0 != 0 }) else {
            state = .end(trailing: 0)
            return
        }
        let header = try TarHeader(whole)
        switch header.kind {
        case .gnuLongName, .pax, .paxGlobal:
            extendedHeaders += 1
            // One of each kind is what tar writes.
            guard extendedHeaders <= 4, (1...BundleLimits.extendedHeaderBytes).contains(header.size) else {
                throw BundleError("The archive in the bundle has extended headers that are too many or too large.")
            }
            state = .extended(header.kind, bytes: [], size: header.size)
        case .oldFile, .file, .gnuSparse: try file(header)
        case .hardLink, .symbolicLink, .gnuLongLink:
            throw BundleError("The archive in the bundle holds a link; one regular file is allowed.")
        case .folder: throw BundleError("The archive in the bundle holds a folder; one regular file is allowed.")
        case .characterDevice, .blockDevice, .pipe, .contiguousFile:
            throw BundleError("The archive in the bundle holds something that is not a regular file.")
        }
    }

    private mutating func extended(_ kind: TarHeader.Kind, _ bytes: [UInt8]) throws(BundleError) {
        if kind == .gnuLongName {
            longName = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        } else if kind == .pax {
            pax = try PaxRecords(bytes)
        }
    }

    private mutating func file(_ header: TarHeader) throws(BundleError) {
        guard !hasFile else { throw BundleError("The archive in the bundle holds several members; one regular file is allowed.") }
        hasFile = true
        try Self.check(name: pax.path ?? longName ?? header.name)
        let stored = pax.size ?? header.size
        if header.kind == .gnuSparse {
            var map = SparseMap(size: try checked(size: header.realSize))
            let entries = try header.sparseEntries
            for extent in entries.extents { try map.append(extent) }
            if entries.isContinued { state = .sparseBlocks(map, size: stored) } else { try begin(map, stored: stored) }
        } else if pax.isSparse {
            let size = try checked(size: pax.realSize ?? -1)
            if let major = pax.major {
                guard major == 1, pax.minor == 0 else { throw BundleError("The image is a sparse file of an unknown version.") }
                state = .paxMap(PaxMapReader(size: size), size: stored)
            } else {
                try begin(paxMap(size: size), stored: stored)
            }
        } else {
            var map = SparseMap(size: try checked(size: stored))
            try map.append(SparseMap.Extent(offset: 0, length: stored))
            try begin(map, stored: stored)
        }
    }

    /// The map of PAX 0.0 and 0.1.
    private func paxMap(size: Int64) throws(BundleError) -> SparseMap {
        guard pax.numbers.count.isMultiple(of: 2) else { throw PaxRecords.malformed }
        var map = SparseMap(size: size)
        for index in stride(from: 0, to: pax.numbers.count, by: 2) {
            try map.append(SparseMap.Extent(offset: pax.numbers[index], length: pax.numbers[index + 1]))
        }
        return map
    }

    private func checked(size: Int64) throws(BundleError) -> Int64 {
        guard size == imageBytes else {
            throw BundleError("The image in the bundle has \(size) bytes, and the manifest says \(imageBytes).")
        }
        return size
    }

    private mutating func begin(_ map: SparseMap, stored: Int64) throws(BundleError) {
        guard map.dataBytes == stored else {
            throw BundleError("The sparse map of the image has \(map.dataBytes) bytes of data, and its header says \(stored).")
        }
        let data = SparseData(map)
        state = data.isComplete ? .padding(data.padding) : .data(data)
        hasData = hasData || data.isComplete
    }

    /// The file is never written under its name, but an archive that plays tricks with it was not made by a bundler.
    private static func check(name: String) throws(BundleError) {
        let isTrick = name.isEmpty || name.hasPrefix("/") || name.split(separator: "/").contains("..")
        guard !isTrick, name.utf8.count <= 4_096, !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw BundleError("The file in the bundle has a name that leads elsewhere: \(BundleError.quoted(name)).")
        }
    }

    static func padded(_ size: Int64) -> Int64 { (size + 511) / 512 * 512 }
}
