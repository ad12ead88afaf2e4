import Foundation

/// A value that goes into a statement: the types that SQLite and PostgreSQL share.
package enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])

    package static func text(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
    package static func text(_ value: (some RawRepresentable<String>)?) -> SQLValue { value.map { .text($0.rawValue) } ?? .null }
    package static func integer(_ value: (some BinaryInteger)?) -> SQLValue { value.map { .integer(Int64($0)) } ?? .null }
    package static func flag(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }
    package static func bytes(_ value: [UInt8]?) -> SQLValue { value.map { .bytes($0) } ?? .null }
    /// Milliseconds since 1970.
    package static func date(_ value: Date?) -> SQLValue {
        value.map { .integer(Int64(($0.timeIntervalSince1970 * 1000).rounded())) } ?? .null
    }
}
