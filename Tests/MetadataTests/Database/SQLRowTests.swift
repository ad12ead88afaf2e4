import Domain
import Foundation
import Metadata
import TestSupport
import Testing

@Suite struct SQLRowTests {
    private func withRow(_ sql: String, _ values: [SQLValue] = [], _ body: (SQLRow) throws -> Void) throws {
        let temporary = try TemporaryDatabase()
        try temporary.read { transaction throws in
            try body(#require(try transaction.firstRow(sql, values)))
        }
    }

    @Test func givesBackWhatWentIn() throws {
        let bytes: [UInt8] = [0, 1, 127, 128, 255]
        let values: [SQLValue] = [.integer(Int64.min), .text("é\t👍'\""), .bytes(bytes), .null, .date(date()), .flag(true)]
        try withRow("SELECT ? AS i, ? AS t, ? AS b, ? AS n, ? AS d, ? AS f", values) { row throws in
            #expect(try row.integer("i") == .min)
            #expect(try row.text("t") == "é\t👍'\"")
            #expect(try row.bytes("b") == bytes)
            #expect(try row.optionalText("n") == nil)
            #expect(try row.optionalBytes("n") == nil)
            #expect(try row.optionalInteger("n") == nil)
            #expect(try row.optionalDate("n") == nil)
            #expect(try row.date("d") == date())
            #expect(try row.flag("f"))
        }
    }

    /// No bytes are not the same as none: an address that is lost would read as a block of zeros.
    @Test func emptyBytesStayApartFromNull() throws {
        try withRow("SELECT ? AS empty, ? AS none", [.bytes([UInt8]()), .bytes(nil)]) { row throws in
            #expect(try row.optionalBytes("empty") == [])
            #expect(try row.optionalBytes("none") == nil)
        }
    }

    @Test func aQuestionMarkInATextIsNoPlace() throws {
        try withRow("SELECT 'what?' AS t, ? AS i, ? AS \"j?\"", [.integer(1), .integer(2)]) { row throws in
            #expect(try row.text("t") == "what?")
            #expect(try row.integer("i") == 1)
            #expect(try row.integer("j?") == 2)
        }
    }

    /// Counts, sums and constants are as wide as their engine makes them.
    @Test func numbersOfEveryWidthAreRead() throws {
        let sql = """
            SELECT 7 AS constant, COUNT(*) AS count, SUM(number) AS sum, MAX(number) AS most, COALESCE(SUM(number), 0) AS total,
                SUM(number) - SUM(number) - 90000 AS less
            FROM (SELECT 4611686018427387904 AS number UNION ALL SELECT 10000 AS number) AS numbers
            """
        try withRow(sql) { row throws in
            #expect(try row.integer("constant") == 7)
            #expect(try row.integer("count") == 2)
            #expect(try row.integer("sum") == 4_611_686_018_427_397_904)
            #expect(try row.integer("most") == 1 << 62)
            #expect(try row.integer("total") == 4_611_686_018_427_397_904)
            #expect(try row.integer("less") == -90000)
        }
    }

    @Test func nullWhereAValueMustBeIsACorruptRow() throws {
        try withRow("SELECT NULL AS x") { row throws in
            #expect(throws: CorruptRow.self) { try row.text("x") }
            #expect(throws: CorruptRow.self) { try row.integer("x") }
            #expect(throws: CorruptRow.self) { try row.bytes("x") }
            #expect(throws: CorruptRow.self) { try row.date("x") }
            #expect(throws: CorruptRow.self) { try row.flag("x") }
            #expect(throws: CorruptRow.self) { let _: ImageID = try row.value("x") }
        }
    }

    @Test func aColumnThatIsNotThereIsACorruptRow() throws {
        try withRow("SELECT 1 AS x") { row throws in
            #expect(throws: CorruptRow.self) { try row.integer("y") }
            #expect(throws: CorruptRow.self) { try row.optionalInteger("y") }
            #expect(throws: CorruptRow.self) { try row.optionalBytes("y") }
            #expect(throws: CorruptRow.self) { try row.optionalText("y") }
        }
    }

    @Test func anotherTypeIsACorruptRow() throws {
        try withRow("SELECT 'text' AS t, 7 AS i, ? AS b", [.bytes([0xff, 0xfe])]) { row throws in
            #expect(throws: CorruptRow.self) { try row.integer("t") }
            #expect(throws: CorruptRow.self) { try row.optionalInteger("b") }
            #expect(throws: CorruptRow.self) { try row.bytes("i") }
            #expect(throws: CorruptRow.self) { try row.bytes("t") }
            #expect(throws: CorruptRow.self) { try row.optionalText("i") }
            #expect(throws: CorruptRow.self) { try row.optionalText("b") }
        }
    }

    @Test func aTextThatIsNoValueIsACorruptRow() throws {
        try withRow("SELECT 'ami-12345678' AS good, 'ami-x' AS bad, NULL AS none") { row throws in
            #expect(try row.value("good") as ImageID == known("ami-12345678"))
            #expect(try row.optionalValue("none") as ImageID? == nil)
            let corrupt = #expect(throws: CorruptRow.self) { let _: ImageID = try row.value("bad") }
            #expect(corrupt?.column == "bad")
            #expect(throws: CorruptRow.self) { let _: ImageID? = try row.optionalValue("bad") }
        }
    }

    @Test func aTextWithANULIsRefusedRatherThanCut() throws {
        let temporary = try TemporaryDatabase()
        #expect(throws: UnstorableText.self) {
            try temporary.write { try TagTable($0).set([Tag(key: "a", value: "b\0c")], on: .image(numbered(1))) }
        }
        #expect(try temporary.read { try TagTable($0).tags(of: .image(numbered(1))) }.isEmpty)
    }

    @Test(arguments: seeds(2))
    func datesKeepTheirMillisecond(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let temporary = try TemporaryDatabase()
        try temporary.read { transaction throws in
            for _ in 0..<500 {
                let moment = date(milliseconds: .random(in: 1_500_000_000_000...2_000_000_000_000, using: &random))
                let row = try #require(try transaction.firstRow("SELECT ? AS d", [.date(moment)]))
                #expect(try row.date("d") == moment)
            }
        }
    }
}
