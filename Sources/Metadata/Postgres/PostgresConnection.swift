import CLibPQ
import Glibc

/// One connection to PostgreSQL, with the statements that it has prepared. Its calls block: one thread at a time uses it.
final class PostgresConnection {
    private static let readOnly = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    /// Statements with more values than this are not kept: each length would be kept for ever, and callers choose it.
    private static let keptValues = 32
    /// So many statements are kept; there are fewer.
    private static let keptMax = 1000

    private let handle: OpaquePointer
    private var prepared: [String: String] = [:]
    /// Whether the end of a read was sent and not yet waited for.
    private var isEnding = false
    /// What PostgreSQL said first against the transaction, whatever the caller made of it.
    private(set) var failure: PostgresError?
    /// Whether the transaction has written something.
    private(set) var hasWritten = false

    /// - Parameter options: names and values as libpq knows them; of two with the same name the later counts.
    /// - Throws: `PostgresConnectionLost`, `PostgresError`
    init(_ options: [(name: String, value: String)]) throws {
        let (names, values) = (options.map { strdup($0.name) }, options.map { strdup($0.value) })
        defer { (names + values).forEach { free($0) } }
        let handle = PQconnectdbParams(names.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
        guard let handle else { throw PostgresConnectionLost("out of memory") }
        guard PQstatus(handle) == CONNECTION_OK else {
            defer { PQfinish(handle) }
            throw PostgresConnectionLost(String(cString: PQerrorMessage(handle)))
        }
        self.handle = handle
    }

    deinit { PQfinish(handle) }

    // MARK: Transactions

    func begin(_ isolation: Isolation) throws {
        (failure, hasWritten) = (nil, false)
        try command(isolation.begin)
    }

    func beginReading() throws {
        (failure, hasWritten) = (nil, false)
        try command(Self.readOnly)
    }

    /// - Throws: `PostgresConnectionLost`, after which nobody here knows whether it was committed; `PostgresError`, after which it was not.
    func commit() throws {
        if let failure { throw failure }
        guard try command("COMMIT") == "COMMIT" else {
            throw failure ?? PostgresError(sqlState: "25P02", message: "the transaction had failed")
        }
    }

    /// Undoes what there is to undo; where that fails, the connection is of no use any more.
    func rollback() throws { try command("ROLLBACK") }

    /// Ends a transaction that has only read, without waiting for the answer.
    func endReading() throws {
        guard PQsendQuery(handle, "COMMIT") == 1 else { throw lost }
        isEnding = true
    }

    // MARK: Statements

    func run(_ sql: String, _ values: [SQLValue]) throws -> PostgresAnswer {
        try settle()
        let parameters = try PostgresParameters(values)
        let statement = values.count <= Self.keptValues ? try prepare(sql, parameters.types) : nil
        let result = parameters.withPointers { pointers, lengths, formats in
            if let statement {
                PQexecPrepared(handle, statement, parameters.count, pointers, lengths, formats, 1)
            } else {
                PQexecParams(handle, PostgresDialect.numbered(sql), parameters.count, parameters.types, pointers, lengths, formats, 1)
            }
        }
        return try answer(result, hasRows: true)
    }

    /// Statements without values, whose rows nobody asks for. Returns what PostgreSQL calls the last of them.
    @discardableResult
    func command(_ sql: String) throws -> String {
        try settle()
        return try answer(PQexec(handle, sql), hasRows: false).tag
    }

    private func prepare(_ sql: String, _ types: [Oid]) throws -> String {
        if let name = prepared[sql] { return name }
        if prepared.count >= Self.keptMax { try forgetStatements() }
        let name = "s\(prepared.count)"
        _ = try answer(PQprepare(handle, name, PostgresDialect.numbered(sql), Int32(types.count), types), hasRows: false)
        prepared[sql] = name
        return name
    }

    /// Forgets what was prepared: of tables that have changed since, it may not be run any more.
    func forgetStatements() throws {
        try command("DEALLOCATE ALL")
        prepared = [:]
    }

    /// Waits for the end of a read that was only sent.
    private func settle() throws {
        guard isEnding else { return }
        isEnding = false
        while let result = PQgetResult(handle) { PQclear(result) }
        guard PQstatus(handle) == CONNECTION_OK else { throw lost }
    }

    private func answer(_ result: OpaquePointer?, hasRows: Bool) throws -> PostgresAnswer {
        guard let result else { throw lost }
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
            let answer = try PostgresAnswer(result, hasRows: hasRows)
            hasWritten = hasWritten || answer.hasWritten
            return answer
        default:
            let error = PostgresError(result)
            guard PQstatus(handle) == CONNECTION_OK, !error.isEnding else { throw PostgresConnectionLost(error.message) }
            failure = failure ?? error
            throw error
        }
    }

    private var lost: PostgresConnectionLost { PostgresConnectionLost(String(cString: PQerrorMessage(handle))) }
}

/// How far transactions that write are kept apart.
enum Isolation {
    /// As if one ran after another: what a transaction has read still holds when it commits, or it runs once more.
    case serializable
    /// Each statement sees what is committed: for tables whose every statement is right by itself.
    case readCommitted

    var begin: String {
        switch self {
        case .serializable: "BEGIN ISOLATION LEVEL SERIALIZABLE"
        case .readCommitted: "BEGIN ISOLATION LEVEL READ COMMITTED"
        }
    }
}
