import Foundation

/// An error of Foundation in the words of the system: which file, and why.
struct FoundationFailure: Error, CustomStringConvertible {
    let description: String

    /// Any other error is returned as it is.
    static func inPlainWords(_ error: any Error) -> any Error {
        guard let error = error as? CocoaError else { return error }
        let path = error.filePath ?? error.url?.path(percentEncoded: false)
        return FoundationFailure(description: (path.map { "\($0): " } ?? "") + reason(error))
    }

    private static func reason(_ error: CocoaError) -> String {
        if let cause = error.underlying as? POSIXError { return String(cString: strerror(cause.code.rawValue)) }
        return switch error.code {
        case .fileNoSuchFile, .fileReadNoSuchFile: String(cString: strerror(ENOENT))
        case .fileWriteFileExists: String(cString: strerror(EEXIST))
        case .fileReadNoPermission, .fileWriteNoPermission: String(cString: strerror(EACCES))
        case .fileWriteOutOfSpace: String(cString: strerror(ENOSPC))
        case .fileWriteVolumeReadOnly: String(cString: strerror(EROFS))
        case .fileReadInvalidFileName, .fileWriteInvalidFileName: "the system does not take this name"
        default: "the file cannot be read or written (Foundation error \(error.code.rawValue))"
        }
    }
}
