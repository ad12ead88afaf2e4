/// Sizes and times as people read them.
package enum ByteText {
    private static let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"]

    /// `1 part`, `2 parts`.
    package static func count(_ number: some BinaryInteger, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// `0 bytes`, `512 KiB`, `1.5 GiB`: binary units, one decimal below ten unless it is zero.
    package static func size(_ bytes: Int64) -> String {
        var value = Double(max(bytes, 0))
        var unit = 0
        // 1023.5 would be rounded to 1024 of the smaller unit.
        while value >= (unit == 0 ? 1_024 : 1_023.5), unit + 1 < units.count {
            value /= 1_024
            unit += 1
        }
        let tenths = Int((value * 10).rounded())
        if unit == 0, tenths == 10 { return "1 byte" }
        if unit == 0 || tenths >= 100 || tenths % 10 == 0 { return "\(Int(value.rounded())) \(units[unit])" }
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    /// `480 MiB/s`.
    package static func rate(_ bytesPerSecond: Double) -> String {
        bytesPerSecond.isFinite ? "\(size(Int64(min(max(bytesPerSecond, 0), 1e18))))/s" : "?/s"
    }

    /// `0.4 s`, `12 s`, `3 m 05 s`, `2 h 07 m`.
    package static func time(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "?" }
        let seconds = min(max(seconds, 0), 1e9)
        if seconds < 9.95 {
            let tenths = Int((seconds * 10).rounded())
            return "\(tenths / 10).\(tenths % 10) s"
        }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3_600 { return "\(whole / 60) m \(padded(whole % 60)) s" }
        return "\(whole / 3_600) h \(padded(whole % 3_600 / 60)) m"
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
