import NIOCore

/// What a client asks for, with what it sends along.
struct NBDRequest: Sendable {
    /// Nil for one that there is not.
    let command: NBD.Command?
    let flags: NBD.CommandFlags
    let cookie: UInt64
    let offset: UInt64
    let length: UInt32
    var payload = ByteBuffer()

    static let headerBytes = 28

    /// Takes a header; nil when it has not come whole.
    init?(header bytes: inout ByteBuffer, limits: NBDLimits) throws(NBDViolation) {
        if let magic = bytes.getInteger(at: bytes.readerIndex, as: UInt32.self), magic != NBD.requestMagic { throw .magic }
        guard
            let (_, flags, command, cookie, offset, length) = bytes.readMultipleIntegers(
                as: (UInt32, UInt16, UInt16, UInt64, UInt64, UInt32).self
            )
        else { return nil }
        self.command = NBD.Command(rawValue: command)
        self.flags = NBD.CommandFlags(rawValue: flags)
        self.cookie = cookie
        self.offset = offset
        self.length = length
        // What follows cannot be told from the next request, unless it is taken.
        if payloadBytes > Int(limits.requestBytes) { throw .tooLarge }
    }

    var payloadBytes: Int { command == .write ? Int(length) : 0 }

    /// Of memory, while it is under way.
    var bytesUnderway: Int {
        switch command {
        case .read, .write: Int(length)
        default: 0
        }
    }

    /// The range, when the request is one that the export can be asked.
    func range(in export: NBDExport, hasAllocation: Bool, limits: NBDLimits) throws(NBD.Failure) -> Range<UInt64> {
        let allowed: NBD.CommandFlags =
            switch command {
            case .read: [.fua, .dontFragment]
            case .write, .flush, .trim: .fua
            case .writeZeroes: [.fua, .noHole, .fastZero]
            case .blockStatus: [.fua, .oneExtent]
            case .disconnect, nil: []
            }
        guard let command, allowed.isSuperset(of: flags) else { throw .invalid }
        if command == .flush { return 0..<0 }
        if export.isReadOnly, [.write, .trim, .writeZeroes].contains(command) { throw .notPermitted }
        let (end, overflows) = offset.addingReportingOverflow(UInt64(length))
        guard length > 0, !overflows else { throw .invalid }
        guard end <= export.disk.byteCount else { throw command == .write || command == .writeZeroes ? .noSpace : .invalid }
        if command == .read, length > limits.requestBytes { throw .invalid }
        if command == .blockStatus, !hasAllocation { throw .invalid }
        return offset..<end
    }
}
