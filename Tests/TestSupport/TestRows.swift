import Foundation
import Metadata

/// Where the tests of this run keep rows: in SQLite files, or in the PostgreSQL database that FERRY_TEST_POSTGRES names (script/test starts one).
package enum TestRows {
    private static let url = ProcessInfo.processInfo.environment["FERRY_TEST_POSTGRES"]

    /// Some tests are about SQLite's files.
    package static var areInFiles: Bool { url == nil }

    /// A place of its own for a test, to be erased afterwards; nil for files.
    package static func server() throws -> PostgresServer? {
        try url.map { try PostgresServer(url: $0, prefix: "t" + UUID().uuidString.prefix(8).lowercased()) }
    }

    /// The URL of the database, with another host in place of its own: for tests that stand between. Nil for files.
    package static func url(host: String) -> String? {
        url.map { $0 + ($0.contains("?") ? "&" : "?") + "host=" + host }
    }

    /// The folder of the socket on which the database listens.
    package static var socketFolder: String? { parameter("host") }
    package static var port: String { parameter("port") ?? "5432" }

    private static func parameter(_ name: String) -> String? {
        url.flatMap { URLComponents(string: $0)?.queryItems?.last { $0.name == name }?.value }
    }
}
