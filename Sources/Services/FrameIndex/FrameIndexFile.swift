import Blocks
import Files
import Foundation
import Glibc
import Logging
import Metadata

/// The file of a Region's index: a cache, which is set aside and made anew when it is damaged.
struct FrameIndexFile {
    /// Up to this size the whole file is checked at a start, which takes a second; of a larger one the structure alone, and the rest before
    /// each collection.
    private static let checkedThoroughly: UInt64 = 32 << 20
    /// What SQLite keeps beside the file.
    private static let companions = ["-wal", "-shm", "-journal"]

    let path: String

    /// Where the index is written that takes the place of this one.
    private var next: FrameIndexFile { FrameIndexFile(path: path + ".next") }
    private var exists: Bool { access(path, F_OK) == 0 }

    /// Opens the index, which is made when it is missing.
    ///
    /// - Parameter thoroughly: checks all of it, however large it is.
    /// - Throws: `DamagedIndex` when it is not whole.
    func open(statistics: SQLStatistics = SQLStatistics(), thoroughly: Bool = false) throws -> SQLFrameIndex {
        try verified(thoroughly: thoroughly) { try Database(path: path, schema: .frameIndex, statistics: statistics) }
    }

    /// Opens an index that is there to read it, on a folder that may not be written to. All of it is checked.
    ///
    /// - Throws: `DamagedIndex` when it is not whole.
    func read() throws -> SQLFrameIndex { try verified(thoroughly: true) { try Database(reading: path, schema: .frameIndex) } }

    private func verified(thoroughly: Bool, _ open: () throws -> Database) throws -> SQLFrameIndex {
        do {
            let index = SQLFrameIndex(try open())
            do {
                let isSmall = try size() <= Self.checkedThoroughly
                if thoroughly || isSmall { try index.verify() } else { try index.database.check(thoroughly: false) }
                _ = (try index.generation(), try index.indexedLengths(), try index.identity())
                return index
            } catch {
                try? index.database.close()
                throw error
            }
        } catch let error where DatabaseFailure.isDamage(error) || error is CorruptIndex || error is DamagedIndex {
            throw error as? DamagedIndex ?? DamagedIndex(path: path, cause: "\(error)")
        }
    }

    /// Opens the index; one that is damaged is set aside, and the store fills a new one from its packs. The caller holds the folder's lock.
    func openOrSetAside(statistics: SQLStatistics, logger: Logger) throws -> SQLFrameIndex {
        do {
            return try open(statistics: statistics)
        } catch let error as DamagedIndex {
            let place = try setAside()
            logger.warning(
                "The index over the packs is damaged: it is set aside and made anew from the packs",
                metadata: ["file": "\(path)", "set_aside": "\(place)", "cause": "\(error.cause)"]
            )
            return try open(statistics: statistics)
        }
    }

    /// The index as it is, to be read while its successor is made; nil when it is missing or damaged.
    func readable() -> SQLFrameIndex? { exists ? try? open() : nil }

    /// A new index that is to take this one's place.
    func makeNext() throws -> SQLFrameIndex {
        for suffix in [""] + Self.companions {
            guard unlink(next.path + suffix) == 0 || errno == ENOENT else {
                throw DataFolderError(path: next.path + suffix, doing: "removing it", errno: errno)
            }
        }
        return SQLFrameIndex(try Database(path: next.path, schema: .frameIndex))
    }

    /// Puts the new index in this one's place. The old one is kept when it is damaged: the place is returned. Both must be closed. Cut off in
    /// between, there is none, and the next start makes it.
    func replace(keepingOld: Bool) throws -> String? {
        let place = exists ? try setAside() : nil
        try rename(next.path, to: path)
        try syncFolder()
        guard let place, !keepingOld else { return place }
        for suffix in [""] + Self.companions { unlink(place + suffix) }
        return nil
    }

    /// Renames the file, with what SQLite keeps beside it: a log that is left would be taken for the new file's.
    func setAside() throws -> String {
        var place = ""
        var number = 1
        repeat {
            place = "\(path).damaged-\(number)"
            number += 1
        } while access(place, F_OK) == 0
        try rename(path, to: place)
        for suffix in Self.companions where access(path + suffix, F_OK) == 0 { try rename(path + suffix, to: place + suffix) }
        try syncFolder()
        return place
    }

    private func rename(_ file: String, to place: String) throws {
        guard Glibc.rename(file, place) == 0 else { throw DataFolderError(path: file, doing: "renaming it to \(place)", errno: errno) }
    }

    private func size() throws -> UInt64 {
        var status = stat()
        guard stat(path, &status) == 0 else { throw DataFolderError(path: path, doing: "looking at it", errno: errno) }
        return UInt64(status.st_size)
    }

    private func syncFolder() throws { try DataFolder.sync(PathText.folder(of: path)) }
}

/// The index over a Region's packs cannot be used.
package struct DamagedIndex: Error, CustomStringConvertible {
    package let path: String
    package let cause: String

    init(path: String, cause: String) {
        self.path = path
        self.cause = cause
    }

    package var description: String {
        "the index \(path) is damaged (\(cause)). It is a cache: `ferry rebuild-index` or the next start of the server makes it anew"
    }
}
