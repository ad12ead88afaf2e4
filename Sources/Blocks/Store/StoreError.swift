import Glibc

/// What went wrong in a block store.
package struct StoreError: Error, Sendable {
    package enum Code: String, Sendable {
        /// The disk or the quota is full. The store stays usable.
        case noSpace
        /// A call to the file system failed. The store stays usable.
        case io
        /// Appended bytes or their index rows did not become durable: everything that this writer has not flushed is lost.
        /// A new writer works.
        case lostWrites
        /// Stored bytes are not what was written.
        case damaged
        /// The index names a pack that is not there.
        case missingPack
        /// No frame has this address.
        case notFound
        /// The bytes do not have the digest that they were said to have.
        case digestMismatch
        /// A block of the wrong size, or of zeros, which is never stored.
        case invalidBlock
        /// A page or root whose blocks or pages are not in the store.
        case incomplete
        /// The index failed.
        case index
        /// The content is sealed, and the key of its domain cannot be used now.
        case locked
        /// A collection runs already.
        case busy
        /// The store was closed, or its pool shut down.
        case closed
    }

    package let code: Code
    package let message: String
    package let address: Digest?
    package let pack: PackID?
    package let offset: UInt64?
    package let path: String?
    package let errno: Int32?
    package let cause: (any Error)?
    /// What was being read or written, such as `snapshot snap-…`.
    package private(set) var resource: String?

    package init(
        _ code: Code,
        _ message: String,
        address: Digest? = nil,
        pack: PackID? = nil,
        offset: UInt64? = nil,
        path: String? = nil,
        errno: Int32? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.address = address
        self.pack = pack
        self.offset = offset
        self.path = path
        self.errno = errno
        self.cause = cause
    }

    /// A failed system call: `noSpace` for ENOSPC and EDQUOT, else `io`.
    init(_ failure: IOFailure, address: Digest? = nil) {
        self.init(
            failure.errno == ENOSPC || failure.errno == EDQUOT ? .noSpace : .io,
            "\(failure.call) failed",
            address: address,
            path: failure.path,
            errno: failure.errno,
            cause: failure
        )
    }

    /// Whether stored content is gone or damaged, so that it is as if it were not there.
    package var isLostContent: Bool { [.damaged, .missingPack, .notFound].contains(code) }

    /// The same error of somebody who knows what was being read.
    package func reading(_ resource: String) -> StoreError {
        var error = self
        error.resource = self.resource ?? resource
        return error
    }

    /// What a caller is told when a write fails.
    static func told(_ error: any Error, address: Digest) -> any Error {
        switch error {
        case let failure as IOFailure: StoreError(failure, address: address)
        case FrameDamage.locked(let domain): StoreError(.locked, "\(FrameDamage.locked(domain))", address: address)
        default: error
        }
    }

    /// A frame that cannot be read.
    init(_ damage: FrameDamage, of frame: IndexedFrame, path: String) {
        let code: Code =
            switch damage {
            case .missingPack: .missingPack
            case .locked: .locked
            default: .damaged
            }
        self.init(
            code,
            damage.description,
            address: frame.address,
            pack: frame.location.pack,
            offset: frame.location.offset,
            path: path,
            cause: damage
        )
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        var text = resource.map { "\($0): \(message)" } ?? message
        if let address { text += ", block \(address)" }
        if let path { text += ", \(path)" }
        if let offset { text += " at \(offset)" }
        if let errno { text += ": \(IOFailure.text(of: errno))" }
        return "\(text) (\(code.rawValue))"
    }
}
