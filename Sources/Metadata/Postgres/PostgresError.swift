import CLibPQ

/// What PostgreSQL answers a statement with that it does not carry out.
struct PostgresError: Error, CustomStringConvertible {
    /// Five characters: https://www.postgresql.org/docs/current/errcodes-appendix.html
    let sqlState: String
    let message: String

    init(sqlState: String, message: String) {
        self.sqlState = sqlState
        self.message = message
    }

    /// - Parameter result: of a statement that failed.
    init(_ result: OpaquePointer) {
        // PG_DIAG_SQLSTATE, a macro of a character that Swift does not see.
        sqlState = PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) } ?? ""
        message =
            PQresultErrorField(result, Int32(UInt8(ascii: "M"))).map { String(cString: $0) }
            ?? String(cString: PQresultErrorMessage(result))
    }

    var description: String { "\(message) (PostgreSQL \(sqlState))" }

    /// Another transaction was in the way: this one has changed nothing, and can run once more.
    var isConflict: Bool { ["40001", "40P01"].contains(sqlState) }
    var isDuplicate: Bool { sqlState == "23505" }
    var isMissingReference: Bool { sqlState == "23503" }
    var isNoSpace: Bool { sqlState == "53100" }
    var isDamage: Bool { ["XX001", "XX002"].contains(sqlState) }

    /// The server ends, or the connection does.
    var isEnding: Bool { sqlState.hasPrefix("57P") || sqlState.hasPrefix("08") }
    /// Nothing is wrong with what was asked: there is no place for it, or somebody holds what it needs.
    var isPassing: Bool { isEnding || ["53300", "55P03"].contains(sqlState) }
}

/// The connection to PostgreSQL ended, or could not be made.
struct PostgresConnectionLost: Error, CustomStringConvertible {
    let message: String

    init(_ message: String) { self.message = message.split(separator: "\n").joined(separator: " ") }

    var description: String { message }
}
