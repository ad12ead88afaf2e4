/// Bytes a second. People write it as `200MiB/s`.
package struct Throughput: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Bits a second are what networks are sold by, so both are read.
    private static let units: [(name: String, bytes: Int64)] = [
        ("KiB/s", 1 << 10), ("MiB/s", 1 << 20), ("GiB/s", 1 << 30), ("Mbit/s", 125_000), ("Gbit/s", 125_000_000),
    ]

    package let bytesPerSecond: Int64

    package init(bytesPerSecond: Int64) { self.bytesPerSecond = bytesPerSecond }

    package static let zero = Throughput(bytesPerSecond: 0)

    package static func mebibytes(_ count: Int64) -> Throughput { Throughput(bytesPerSecond: count << 20) }

    /// A whole number above zero and a unit: `KiB/s`, `MiB/s`, `GiB/s`, `Mbit/s` or `Gbit/s`.
    package init?(_ text: String) {
        guard let unit = Self.units.first(where: { text.hasSuffix($0.name) }) else { return nil }
        let digits = text.dropLast(unit.name.count).utf8
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(String(Substring(digits))), count > 0 else { return nil }
        let (bytes, isTooLarge) = count.multipliedReportingOverflow(by: unit.bytes)
        guard !isTooLarge else { return nil }
        bytesPerSecond = bytes
    }

    /// In the largest unit that leaves one or more before the point, with at most two digits behind it: `138.89 MiB/s`.
    package var description: String {
        for (name, bytes) in Self.units.prefix(3).reversed() where bytesPerSecond >= bytes {
            let hundredths = (bytesPerSecond / bytes) * 100 + ((bytesPerSecond % bytes) * 100 + bytes / 2) / bytes
            let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
            let digits = rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)"
            return rest == 0 ? "\(whole) \(name)" : "\(whole).\(digits) \(name)"
        }
        return "\(bytesPerSecond) bytes/s"
    }

    package static func < (left: Throughput, right: Throughput) -> Bool { left.bytesPerSecond < right.bytesPerSecond }
    package static func + (left: Throughput, right: Throughput) -> Throughput {
        Throughput(bytesPerSecond: left.bytesPerSecond + right.bytesPerSecond)
    }
}
