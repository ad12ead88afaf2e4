import Domain
import Testing

@Suite struct PercentTests {
    private static let table: [(done: Int64, total: Int64, percent: Int)] = [
        (0, 0, 0), (7, 0, 0), (0, 1000, 0), (1, 1000, 0), (29, 100, 29), (370, 1000, 37), (379, 1000, 37), (999, 1000, 99),
        (1000, 1000, 99),
        (5000, 1000, 99), (-5, 1000, 0), (65_536 << 30, 65_536 << 30, 99), (65_536 << 29, 65_536 << 30, 50), (.max, .max, 99),
        (.max / 2, .max, 49),
    ]

    /// 29 of 100 is 28.999… of a fraction: whole numbers are divided.
    @Test(arguments: table) func itStaysBelowAHundredUntilTheEnd(done: Int64, total: Int64, percent: Int) {
        #expect(Percent.running(done, of: total) == percent)
        #expect(SnapshotCopy.Progress(bytesTotal: total, bytesDone: done).percent == percent)
        #expect(Job.Progress(bytesDone: done, bytesTotal: total).percent == percent)
    }
}
