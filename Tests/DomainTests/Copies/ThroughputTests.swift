import Domain
import Testing

@Suite struct ThroughputTests {
    @Test(
        arguments: [
            ("1KiB/s", 1024), ("200MiB/s", 209_715_200), ("3GiB/s", 3_221_225_472), ("8Mbit/s", 1_000_000), ("1Gbit/s", 125_000_000),
            ("007MiB/s", 7_340_032), ("8589934591GiB/s", 9_223_372_035_781_033_984),
        ] as [(String, Int64)]
    )
    func readsANumberAndAUnit(_ text: String, _ bytes: Int64) {
        #expect(Throughput(text)?.bytesPerSecond == bytes)
    }

    @Test(
        arguments: [
            "", "200", "MiB/s", "0MiB/s", "-1MiB/s", "+1MiB/s", "1.5GiB/s", "200 MiB/s", "200MiB", "200mib/s", "200MB/s", "200MiB/s ",
            "1e3KiB/s",
            "٣MiB/s", "8589934592GiB/s", "99999999999999999999KiB/s",
        ]
    )
    func refusesAnythingElse(_ text: String) {
        #expect(Throughput(text) == nil)
    }

    @Test(
        arguments: [
            (0, "0 bytes/s"), (1023, "1023 bytes/s"), (1024, "1 KiB/s"), (1536, "1.5 KiB/s"), (500 << 20, "500 MiB/s"),
            (2000 << 20, "1.95 GiB/s"), (58_254_223, "55.56 MiB/s"), ((1 << 20) * 105 / 100, "1.05 MiB/s"),
            (Int64.max, "8589934592 GiB/s"),
        ] as [(Int64, String)]
    )
    func isWrittenForPeople(_ bytes: Int64, _ text: String) {
        #expect("\(Throughput(bytesPerSecond: bytes))" == text)
    }
}
