/// The folder of a store's packs, as the file system calls that Ferry makes. Tests put a faulty disk behind it.
package protocol PackStorage: Sendable {
    /// For messages.
    var path: String { get }
    /// Makes the folder (0700) when it is missing, durably.
    func prepare() throws(IOFailure)
    /// The names of all files; an absent folder has none.
    func list() throws(IOFailure) -> [String]
    /// Makes a file that does not exist (0600), for reading and writing.
    func create(_ name: String) throws(IOFailure) -> any PackFileHandle
    /// Opens a file for reading.
    func open(_ name: String) throws(IOFailure) -> any PackFileHandle
    /// Opens a file to write over damaged bytes of it.
    func openToMend(_ name: String) throws(IOFailure) -> any PackFileHandle
    /// Removes a file that was created and never used.
    func remove(_ name: String) throws(IOFailure)
    /// Makes the names of created files durable.
    func syncFolder() throws(IOFailure)
    /// How many more bytes the file system takes from us.
    func freeBytes() throws(IOFailure) -> UInt64
    /// How many bytes of the file system a file takes.
    func allocatedBytes(_ name: String) throws(IOFailure) -> UInt64
    /// Gives ranges of a file back to the file system, durably: they read as zeros then. False where it has no holes in files.
    func punch(_ ranges: [Range<UInt64>], in name: String) throws(IOFailure) -> Bool
}

extension PackStorage {
    /// A storage that does not know has room until a write fails.
    package func freeBytes() throws(IOFailure) -> UInt64 { .max }

    package func allocatedBytes(_ name: String) throws(IOFailure) -> UInt64 { try open(name).size() }

    package func punch(_ ranges: [Range<UInt64>], in name: String) throws(IOFailure) -> Bool { false }
}

/// An open pack. Reads and writes may be short, and may fail with EINTR, as the system calls do; `PackFile` loops.
///
/// Closed when it is released.
package protocol PackFileHandle: AnyObject, Sendable {
    /// Bytes read, 0 only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(IOFailure) -> Int
    /// Bytes written, at least one.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(IOFailure) -> Int
    /// Makes the written bytes and the length durable. After a failure nothing is known of any byte written since the last success.
    func sync() throws(IOFailure)
    func size() throws(IOFailure) -> UInt64
    /// Forgets what memory holds of the file, so that reads tell what the disk holds.
    func dropCache()
    /// Makes zeros of a range and gives its space back, where the file system can; durable with the next sync. False where it cannot.
    func punch(_ range: Range<UInt64>) throws(IOFailure) -> Bool
    /// The first place at or behind one that may hold something else than a hole; nil when there is none up to the end.
    func nextData(at offset: UInt64) throws(IOFailure) -> UInt64?
}

extension PackFileHandle {
    package func punch(_ range: Range<UInt64>) throws(IOFailure) -> Bool { false }

    package func nextData(at offset: UInt64) throws(IOFailure) -> UInt64? { offset < (try size()) ? offset : nil }
}
