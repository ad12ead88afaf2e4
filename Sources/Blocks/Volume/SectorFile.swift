import Synchronization

/// The data of a layer as one sparse file of any length. File systems have limits, ext4 one of 16 TiB, so there is a file for each 8 TiB of
/// the volume; those behind the first are made when something is written there.
final class SectorFile: PackFileHandle {
    static let partBytes: UInt64 = 1 << 43
    static let parts = Int(BlockMapRoot.maximumVolumeBytes / partBytes)

    private let storage: any PackStorage
    private let name: @Sendable (Int) -> String
    private let files: Mutex<[Int: any PackFileHandle]>

    /// - Parameter files: those that are there.
    init(_ files: [Int: any PackFileHandle], in storage: any PackStorage, name: @escaping @Sendable (Int) -> String) {
        self.storage = storage
        self.name = name
        self.files = Mutex(files)
    }

    private var open: [any PackFileHandle] { files.withLock { Array($0.values) } }

    private func file(at offset: UInt64) -> (file: (any PackFileHandle)?, place: UInt64) {
        (files.withLock { $0[Int(offset / Self.partBytes)] }, offset % Self.partBytes)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(IOFailure) -> Int {
        let (file, place) = file(at: offset)
        guard let file else { return 0 }
        let count = Int(min(UInt64(buffer.count), Self.partBytes - place))
        return try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(count)), at: place)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(IOFailure) -> Int {
        let (found, place) = file(at: offset)
        let file: any PackFileHandle
        if let found { file = found } else { file = try make(Int(offset / Self.partBytes)) }
        let count = Int(min(UInt64(bytes.count), Self.partBytes - place))
        return try file.write(UnsafeRawBufferPointer(rebasing: bytes.prefix(count)), at: place)
    }

    private func make(_ part: Int) throws(IOFailure) -> any PackFileHandle {
        let result = files.withLock { files in
            Result { () throws(IOFailure) -> any PackFileHandle in
                if let file = files[part] { return file }
                let file = try storage.create(name(part))
                do throws(IOFailure) { try storage.syncFolder() } catch {
                    try? storage.remove(name(part))
                    throw error
                }
                files[part] = file
                return file
            }
        }
        return try result.get()
    }

    func sync() throws(IOFailure) { for file in open { try file.syncWhole() } }

    func size() throws(IOFailure) -> UInt64 {
        var end: UInt64 = 0
        for (part, file) in files.withLock({ $0 }) {
            let size = try file.size()
            if size > 0 { end = max(end, UInt64(part) * Self.partBytes + size) }
        }
        return end
    }

    func dropCache() { for file in open { file.dropCache() } }

    func punch(_ range: Range<UInt64>) throws(IOFailure) -> Bool {
        let (file, place) = file(at: range.lowerBound)
        return try file?.punch(place..<place + UInt64(range.count)) ?? true
    }
}
