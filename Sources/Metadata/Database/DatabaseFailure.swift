import GRDB

/// What a failed statement means to the caller.
package enum DatabaseFailure {
    /// Whether the error says that the disk is full.
    package static func isNoSpace(_ error: any Error) -> Bool {
        switch error {
        case is DatabaseDiskFull: true
        case let error as DatabaseError: error.resultCode == .SQLITE_FULL
        case let error as PostgresError: error.isNoSpace
        default: false
        }
    }

    /// Whether the error says that a row with these unique columns exists.
    package static func isDuplicate(_ error: any Error) -> Bool {
        switch error {
        case let error as DatabaseError: [.SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY].contains(error.extendedResultCode)
        case let error as PostgresError: error.isDuplicate
        default: false
        }
    }

    /// Whether the error says that the database cannot be used for now: nothing is wrong with what was asked, nor with what is stored.
    package static func isPassing(_ error: any Error) -> Bool {
        error is DatabaseUnavailable
    }
}
