import CFallocate
import Files
import Glibc

/// Packs as files in a folder.
package struct LocalPackStorage: PackStorage {
    package let path: String
    /// Whether files are written behind, as streams are: see `FileWriter`.
    private let writesBehind: Bool

    package init(path: String, writesBehind: Bool = true) {
        self.path = path
        self.writesBehind = writesBehind
    }

    package func prepare() throws(IOFailure) {
        if mkdir(path, 0o700) == 0 {
            try Self.syncFolder(at: path + "/..")
        } else if errno != EEXIST {
            throw IOFailure(call: "mkdir", path: path, errno: errno)
        }
    }

    package func freeBytes() throws(IOFailure) -> UInt64 {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw IOFailure(call: "statvfs", path: path, errno: errno) }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    package func list() throws(IOFailure) -> [String] {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return [] }
            throw IOFailure(call: "opendir", path: path, errno: errno)
        }
        defer { closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else { break }
            // SAFETY: `d_name` is a NUL-terminated string inside the entry, which lives until the next readdir.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw IOFailure(call: "readdir", path: path, errno: errno) }
        return names.sorted()
    }

    package func create(_ name: String) throws(IOFailure) -> any PackFileHandle {
        try LocalPackFile(path: "\(path)/\(name)", flags: O_RDWR | O_CREAT | O_EXCL, writesBehind: writesBehind)
    }

    package func open(_ name: String) throws(IOFailure) -> any PackFileHandle {
        try LocalPackFile(path: "\(path)/\(name)", flags: O_RDONLY, writesBehind: writesBehind)
    }

    package func openToMend(_ name: String) throws(IOFailure) -> any PackFileHandle {
        try LocalPackFile(path: "\(path)/\(name)", flags: O_RDWR, writesBehind: writesBehind)
    }

    package func remove(_ name: String) throws(IOFailure) {
        guard unlink("\(path)/\(name)") == 0 else { throw IOFailure(call: "unlink", path: "\(path)/\(name)", errno: errno) }
    }

    package func allocatedBytes(_ name: String) throws(IOFailure) -> UInt64 {
        var status = stat()
        guard stat("\(path)/\(name)", &status) == 0 else { throw IOFailure(call: "stat", path: "\(path)/\(name)", errno: errno) }
        // Of 512 bytes each, whatever the file system's own are.
        return UInt64(status.st_blocks) * 512
    }

    package func punch(_ ranges: [Range<UInt64>], in name: String) throws(IOFailure) -> Bool {
        let file = "\(path)/\(name)"
        let descriptor = Glibc.open(file, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw IOFailure(call: "open", path: file, errno: errno) }
        defer { close(descriptor) }
        for range in ranges { guard try Blocks.punch(range, in: descriptor, path: file) else { return false } }
        guard fdatasync(descriptor) == 0 else { throw IOFailure(call: "fdatasync", path: file, errno: errno) }
        return true
    }

    package func syncFolder() throws(IOFailure) { try Self.syncFolder(at: path) }

    private static func syncFolder(at path: String) throws(IOFailure) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw IOFailure(call: "open", path: path, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw IOFailure(call: "fsync", path: path, errno: errno) }
    }
}

/// Makes a hole. False where the file system has none.
private func punch(_ range: Range<UInt64>, in descriptor: Int32, path: String) throws(IOFailure) -> Bool {
    let mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
    while fallocate(descriptor, mode, off_t(range.lowerBound), off_t(range.count)) != 0 {
        if errno == EOPNOTSUPP || errno == ENOSYS { return false }
        guard errno == EINTR else { throw IOFailure(call: "fallocate", path: path, errno: errno) }
    }
    return true
}

/// A pack as an open file.
final class LocalPackFile: PackFileHandle {
    private let path: String
    private let descriptor: Int32
    private let writer: FileWriter?

    init(path: String, flags: Int32, writesBehind: Bool = true) throws(IOFailure) {
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC, 0o600)
        writer = writesBehind ? FileWriter(descriptor: descriptor) : nil
        guard descriptor >= 0 else { throw IOFailure(call: "open", path: path, errno: errno) }
    }

    deinit { close(descriptor) }

    // SAFETY: the kernel touches at most `count` bytes of the buffer, and only during the call.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(IOFailure) -> Int {
        let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
        guard count >= 0 else { throw IOFailure(call: "pread", path: path, errno: errno) }
        return count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(IOFailure) -> Int {
        guard let writer else {
            let count = pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(offset))
            guard count >= 0 else { throw IOFailure(call: "pwrite", path: path, errno: errno) }
            return count
        }
        do {
            return try writer.write(bytes, at: offset)
        } catch {
            throw IOFailure(call: "pwrite", path: path, errno: error.errno)
        }
    }

    func sync() throws(IOFailure) {
        guard fdatasync(descriptor) == 0 else { throw IOFailure(call: "fdatasync", path: path, errno: errno) }
    }

    func size() throws(IOFailure) -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw IOFailure(call: "fstat", path: path, errno: errno) }
        return UInt64(status.st_size)
    }

    func dropCache() {
        // Only a hint to the kernel: nothing depends on its success.
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    }

    func punch(_ range: Range<UInt64>) throws(IOFailure) -> Bool { try Blocks.punch(range, in: descriptor, path: path) }

    func nextData(at offset: UInt64) throws(IOFailure) -> UInt64? {
        let place = lseek(descriptor, off_t(offset), SEEK_DATA)
        if place >= 0 { return UInt64(place) }
        if errno == ENXIO { return nil }
        throw IOFailure(call: "lseek", path: path, errno: errno)
    }
}
