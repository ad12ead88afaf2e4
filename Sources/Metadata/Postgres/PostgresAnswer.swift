import CLibPQ
import Foundation
import GRDB

/// What a statement gave: its rows, or how many it changed.
struct PostgresAnswer {
    let rows: [SQLRow]
    let changed: Int
    /// Whether the statement wrote something: a row, or a table's shape.
    let hasWritten: Bool
    /// `COMMIT`, and `ROLLBACK` where a transaction that had failed was to be committed.
    let tag: String

    /// - Parameters:
    ///   - result: of a statement that was carried out.
    ///   - hasRows: whether its values are there in PostgreSQL's binary form.
    init(_ result: OpaquePointer, hasRows: Bool) throws {
        rows = hasRows ? try Self.rows(result) : []
        let status = String(cString: PQcmdStatus(result))
        tag = String(status.prefix { $0 != " " })
        let count = Int(String(cString: PQcmdTuples(result)))
        changed = tag == "SELECT" ? 0 : count ?? 0
        hasWritten = ["INSERT", "UPDATE", "DELETE"].contains(tag) ? changed > 0 : !Self.reading.contains(tag)
    }

    private static let reading = ["SELECT", "BEGIN", "COMMIT", "ROLLBACK", "SET", "SHOW", ""]

    private static func rows(_ result: OpaquePointer) throws -> [SQLRow] {
        let width = PQnfields(result)
        guard width > 0 else { return [] }
        let names = (0..<width).map { String(cString: PQfname(result, $0)) }
        let types = (0..<width).map { PQftype(result, $0) }
        let columns = SQLColumns(names)
        return try (0..<PQntuples(result)).map { row in
            SQLRow(
                columns,
                try (0..<width).map { column in
                    guard PQgetisnull(result, row, column) == 0 else { return .null }
                    let bytes = UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
                    guard let value = Self.value(bytes, types[Int(column)]) else { throw CorruptRow(column: names[Int(column)]) }
                    return value
                }
            )
        }
    }

    /// Nil for a value that no row of ours can hold.
    private static func value(_ bytes: UnsafeRawBufferPointer, _ type: Oid) -> DatabaseValue? {
        switch type {
        case PostgresType.int8, PostgresType.int4, PostgresType.int2: integer(bytes).databaseValue
        case PostgresType.bool: (bytes.first == 0 ? 0 : 1).databaseValue
        case PostgresType.numeric: PostgresNumeric(bytes)?.integer?.databaseValue
        case PostgresType.text, PostgresType.varchar, PostgresType.name, PostgresType.unknown:
            String(decoding: bytes, as: UTF8.self).databaseValue
        case PostgresType.bytes: Data(bytes).databaseValue
        default: nil
        }
    }

    /// Of two, four or eight bytes: PostgreSQL counts and adds in the narrowest that will do.
    private static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        let sign: Int64 = bytes.first.map { $0 & 0x80 == 0 ? 0 : -1 } ?? 0
        return bytes.reduce(sign) { $0 << 8 | Int64($1) }
    }
}

/// A decimal number, as the sum of whole numbers is one: digits to the base of 10,000.
struct PostgresNumeric {
    private let digits: [Int64]
    /// The power of 10,000 of the first digit.
    private let weight: Int
    private let isNegative: Bool

    /// Nil for what is no finite number.
    init?(_ bytes: UnsafeRawBufferPointer) {
        func short(_ index: Int) -> UInt16 { UInt16(bytes[index * 2]) << 8 | UInt16(bytes[index * 2 + 1]) }
        guard bytes.count >= 8, bytes.count == 8 + 2 * Int(short(0)) else { return nil }
        let sign = short(2)
        guard sign == 0 || sign == 0x4000 else { return nil }
        isNegative = sign == 0x4000
        weight = Int(Int16(bitPattern: short(1)))
        digits = (0..<Int(short(0))).map { Int64(short(4 + $0)) }
    }

    /// Nil when it is not whole, or too large.
    var integer: Int64? {
        var magnitude: Int64 = 0
        for place in 0..<max(weight + 1, digits.count) {
            let digit = place < digits.count ? digits[place] : 0
            guard place <= weight else {
                if digit != 0 { return nil }
                continue
            }
            let (shifted, isLarge) = magnitude.multipliedReportingOverflow(by: 10_000)
            let (sum, isLarger) = shifted.addingReportingOverflow(digit)
            guard !isLarge, !isLarger else { return nil }
            magnitude = sum
        }
        return isNegative ? -magnitude : magnitude
    }
}
