import Glibc

/// What went wrong with a volume.
package struct VolumeError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The disk or the volume's own quota is full. Reads, flushes and trims go on, and writes do when there is room again.
        case noSpace
        /// A call to the file system failed.
        case io
        /// What was written since the last flush may be lost: nothing more is taken until the volume is opened again.
        case lostWrites
        /// The files of the volume are not what was written.
        case damaged
        /// A range that is not within the volume, or a size that a volume cannot have.
        case outOfRange
        /// A point in time whose layers are in the base already, or one that the volume never had.
        case noSuchPoint
        /// More points in time than a volume may have that are not in its base yet.
        case tooManyLayers
        /// Somebody has the volume open.
        case inUse
        /// The volume was closed.
        case closed
    }

    package let code: Code
    package let message: String
    package let cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    init(_ failure: IOFailure) {
        self.init(failure.errno == ENOSPC || failure.errno == EDQUOT ? .noSpace : .io, "\(failure)", cause: failure)
    }

    /// The same error for those who only know volumes.
    static func told(_ error: any Error) -> any Error {
        if let failure = error as? IOFailure { return VolumeError(failure) }
        return error
    }

    package var description: String { "\(message) (\(code.rawValue))" }
}
