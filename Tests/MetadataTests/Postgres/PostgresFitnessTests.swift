import Metadata
import Testing

/// Which databases of PostgreSQL rows are kept in. A server that runs so, for real: `test_postgres.py`.
@Suite struct PostgresFitnessTests {
    private static let fit = [
        "server_version_num": "150000", "server_version": "15.0", "server_encoding": "UTF8", "fsync": "on", "full_page_writes": "on",
    ]

    private func refusal(_ settings: [String: String]) throws -> String? {
        do {
            try PostgresServer.check("the database") { settings[$0] ?? Self.fit[$0] ?? "" }
            return nil
        } catch let error as PostgresUnfit {
            return error.description
        }
    }

    @Test func oneThatKeepsWhatIsCommittedIsFit() throws {
        #expect(try refusal([:]) == nil)
        #expect(try refusal(["server_version_num": "180001"]) == nil)
    }

    @Test func oneThatDoesNotIsRefusedWithWhatToDo() throws {
        #expect(
            try refusal(["server_version_num": "140009", "server_version": "14.9"])
                == "the database cannot hold rows: it is of version 14.9, and Ferry needs 15 or later"
        )
        #expect(
            try refusal(["server_encoding": "LATIN1"])
                == "the database cannot hold rows: its encoding is LATIN1: make one WITH ENCODING 'UTF8'"
        )
        for option in ["fsync", "full_page_writes"] {
            #expect(
                try refusal([option: "off"])
                    == "the database cannot hold rows: the server runs with \(option) off: what is committed would not last. Set it to on"
            )
        }
    }
}
