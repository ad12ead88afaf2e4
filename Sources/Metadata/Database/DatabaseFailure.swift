import GRDB

/// What a failed statement means to the caller.
package enum DatabaseFailure {
    /// Whether the error says that the disk is full.
    package static func isNoSpace(_ error: any Error) -> Bool {
        error is DatabaseDiskFull || (error as? DatabaseError)?.resultCode == .SQLITE_FULL
    }

    /// Whether the error says that a row with these unique columns exists.
    package static func isDuplicate(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        return [.SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY].contains(error.extendedResultCode)
    }
}
