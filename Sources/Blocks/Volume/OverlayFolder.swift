import Glibc

/// The folder of a volume's own layers. Of a layer's files the log comes with the first flush, and the live marks with the first write;
/// both go when nobody writes to the layer any more.
struct OverlayFolder: Sendable {
    enum Part: String, CaseIterable { case data, map, log, live }

    let storage: any PackStorage
    let options: VolumeOptions

    static func name(_ number: UInt64, _ part: Part) -> String {
        let digits = String(number)
        return "layer-\(String(repeating: "0", count: max(0, 10 - digits.count)))\(digits).\(part.rawValue)"
    }

    private static func dataName(_ number: UInt64, _ part: Int) -> String {
        part == 0 ? name(number, .data) : "\(name(number, .data)).\(part)"
    }

    private func sectors(_ files: [Int: any PackFileHandle], of number: UInt64) -> SectorFile {
        SectorFile(files, in: storage) { Self.dataName(number, $0) }
    }

    /// The layers that have files, ascending. Other files are nobody's business here.
    func numbers() throws(IOFailure) -> [UInt64: Set<Part>] {
        var found: [UInt64: Set<Part>] = [:]
        for name in try storage.list() {
            for part in Part.allCases {
                guard name.hasPrefix("layer-"), name.hasSuffix(".\(part.rawValue)") else { continue }
                guard let number = UInt64(name.dropFirst(6).dropLast(part.rawValue.count + 1)), Self.name(number, part) == name else {
                    continue
                }
                found[number, default: []].insert(part)
            }
        }
        return found
    }

    /// Makes a layer that covers nothing, durably.
    func create(_ number: UInt64, in domain: SealDomain) throws -> OverlayLayer {
        let header = LayerHeader.random(number: number, domain: domain.id)
        do {
            // What a freeze that failed has left.
            try remove(number)
            let data = try storage.create(Self.name(number, .data))
            let map = try storage.create(Self.name(number, .map))
            try map.writeWhole(header.preamble, at: 0)
            try map.syncWhole()
            try storage.syncFolder()
            return try OverlayLayer(header, data: sectors([0: data], of: number), map: map, parts: [], in: self, domain: domain)
        } catch {
            try? remove(number)
            throw error
        }
    }

    /// Opens a layer and puts what its log holds into its place. Nil when its making was never finished.
    func open(_ number: UInt64, _ parts: Set<Part>, in domain: SealDomain) throws -> OverlayLayer? {
        guard let header = try header(of: number, parts) else {
            // Its name and header are durable before anything is written to it.
            let bytes = parts.contains(.data) ? try storage.open(Self.name(number, .data)).size() : 0
            guard bytes == 0, !parts.contains(.log), !parts.contains(.live) else {
                throw VolumeError(.damaged, "layer \(number) of the volume in \(storage.path) has no header")
            }
            return nil
        }
        let map = try storage.openToMend(Self.name(number, .map))
        if parts == [.map], try map.size() <= LayerHeader.firstPage { return nil }
        guard header.number == number, header.domain == domain.id, parts.contains(.data) else {
            throw VolumeError(.damaged, "layer \(number) in \(storage.path) does not belong to the volume, or lacks its data")
        }
        let data = try storage.openToMend(Self.name(number, .data))
        var files = [0: data]
        let names = Set(try storage.list())
        for part in 1..<SectorFile.parts where names.contains(Self.dataName(number, part)) {
            files[part] = try storage.openToMend(Self.dataName(number, part))
        }
        return try OverlayLayer(header, data: sectors(files, of: number), map: map, parts: parts, in: self, domain: domain)
    }

    private func header(of number: UInt64, _ parts: Set<Part>) throws -> LayerHeader? {
        guard parts.contains(.map) else { return nil }
        let map = try storage.open(Self.name(number, .map))
        for place in LayerHeader.copies {
            if let header = try LayerHeader(decoding: try map.readWhole(LayerHeader.bytes, at: place)) { return header }
        }
        return nil
    }

    func createLog(of number: UInt64) throws(IOFailure) -> any PackFileHandle {
        let file = try storage.create(Self.name(number, .log))
        do throws(IOFailure) {
            try storage.syncFolder()
            return file
        } catch {
            try? remove(.log, of: number)
            throw error
        }
    }

    func createLive(of number: UInt64) throws(IOFailure) -> LiveMarks {
        let file = try storage.create(Self.name(number, .live))
        do throws(IOFailure) {
            return try LiveMarks(file, run: options.run)
        } catch {
            try? remove(.live, of: number)
            throw error
        }
    }

    func open(_ part: Part, of number: UInt64) throws(IOFailure) -> any PackFileHandle {
        try storage.openToMend(Self.name(number, part))
    }

    func remove(_ part: Part, of number: UInt64) throws(IOFailure) { try remove(Self.name(number, part)) }

    /// The map goes last: without it, what is left would not be taken for a layer's.
    func remove(_ number: UInt64) throws(IOFailure) {
        for part in [Part.live, .log] { try remove(Self.name(number, part)) }
        for part in (0..<SectorFile.parts).reversed() { try remove(Self.dataName(number, part)) }
        try remove(Self.name(number, .map))
    }

    private func remove(_ name: String) throws(IOFailure) {
        do throws(IOFailure) {
            try storage.remove(name)
        } catch {
            if !error.isNotFound { throw error }
        }
    }

    /// Bytes of the disk that the data of layers takes.
    func allocatedBytes(_ numbers: some Sequence<UInt64>) throws(IOFailure) -> UInt64 {
        var total: UInt64 = 0
        let names = Set(try storage.list())
        for number in numbers {
            for name in (0..<SectorFile.parts).map({ Self.dataName(number, $0) }) where names.contains(name) {
                total += try storage.allocatedBytes(name)
            }
        }
        return total
    }

    /// The layers of a volume, ascending, of which the last is written to. Those that are in the base are removed, and so is one whose
    /// making was never finished.
    func openLayers(mergedThrough: UInt64, in domain: SealDomain) throws -> [OverlayLayer] {
        try storage.prepare()
        // Names that a process before left without a sync are relied on from now on.
        try storage.syncFolder()
        var layers: [OverlayLayer] = []
        let found = try numbers()
        for number in found.keys.sorted() {
            if number <= mergedThrough {
                try remove(number)
            } else if let layer = try open(number, found[number] ?? [], in: domain) {
                guard number == mergedThrough + UInt64(layers.count) + 1 else {
                    throw VolumeError(.damaged, "a layer before \(number) of the volume in \(storage.path) is missing")
                }
                layers.append(layer)
            } else {
                guard number == found.keys.max() else {
                    throw VolumeError(.damaged, "layer \(number) of the volume in \(storage.path) is not whole, and others follow")
                }
                try remove(number)
            }
        }
        if layers.isEmpty { layers = [try create(mergedThrough + 1, in: domain)] }
        return layers
    }

    static func delete(_ path: String) throws {
        let storage = LocalPackStorage(path: path, writesBehind: false)
        let folder = OverlayFolder(storage: storage, options: VolumeOptions())
        for number in try folder.numbers().keys.sorted() { try folder.remove(number) }
        guard rmdir(path) == 0 || errno == ENOENT else { throw IOFailure(call: "rmdir", path: path, errno: errno) }
    }
}
