import Blocks
import Glibc
import TestSupport

/// What a volume may hold, sector by sector.
struct VolumeModel {
    static let sector = 4096

    /// As its guest sees it.
    private(set) var current: [UInt8]
    /// As of the last flush.
    private var durable: [UInt8]
    /// What else a sector may hold after a power cut: what was written to it since, the last one included.
    private var since: [Int: [[UInt8]]] = [:]

    init(_ bytes: [UInt8]) {
        current = bytes
        durable = bytes
    }

    /// A call that was answered.
    mutating func write(_ bytes: [UInt8], at offset: Int) {
        current.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        note(offset..<offset + bytes.count)
    }

    /// A call that failed: each of its sectors may hold either. The guest sees what `seen` says.
    mutating func failedWrite(_ bytes: [UInt8], at offset: Int) {
        let before = current
        write(bytes, at: offset)
        current = before
        doubted.formUnion(Self.sectors(offset..<offset + bytes.count))
    }

    /// Sectors of failed calls, of which the guest does not know what they hold.
    private(set) var doubted: Set<Int> = []

    mutating func flushed() {
        durable = current
        since = [:]
    }

    mutating func grow(to count: Int) {
        current += [UInt8](repeating: 0, count: count - current.count)
        durable += [UInt8](repeating: 0, count: count - durable.count)
    }

    /// The first sector that is not as the guest has to see it, nil when all are.
    mutating func wrongSector(in seen: [UInt8]) -> Int? {
        if doubted.isEmpty { return Self.difference(seen, current) }
        for number in doubted where !(since[number] ?? []).contains(Self.slice(number, of: seen)) {
            if Self.slice(number, of: seen) != Self.slice(number, of: durable) { return number }
        }
        for number in doubted { current.replaceSubrange(Self.range(number), with: Self.slice(number, of: seen)) }
        doubted = []
        return Self.difference(seen, current)
    }

    /// The first sector that a power cut cannot have left so. What it left is what counts from then on.
    mutating func wrongSectorAfterPowerCut(in seen: [UInt8]) -> Int? {
        defer { self = VolumeModel(seen) }
        for number in 0..<seen.count / Self.sector {
            let bytes = Self.slice(number, of: seen)
            if bytes == Self.slice(number, of: durable) || (since[number] ?? []).contains(bytes) { continue }
            return number
        }
        return nil
    }

    private mutating func note(_ range: Range<Int>) {
        for number in Self.sectors(range) { since[number, default: []].append(Self.slice(number, of: current)) }
    }

    private static func sectors(_ range: Range<Int>) -> Range<Int> {
        range.isEmpty ? 0..<0 : range.lowerBound / sector..<(range.upperBound + sector - 1) / sector
    }

    private static func range(_ number: Int) -> Range<Int> { number * sector..<(number + 1) * sector }

    private static func slice(_ number: Int, of bytes: [UInt8]) -> [UInt8] { Array(bytes[range(number)]) }

    /// By memcmp: comparing arrays byte by byte takes seconds without optimization.
    static func difference(_ left: [UInt8], _ right: [UInt8]) -> Int? {
        guard left.count == right.count else { return 0 }
        // SAFETY: both have as many bytes as are compared.
        let isEqual = left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in
                guard let first = left.baseAddress, let second = right.baseAddress else { return true }
                return memcmp(first, second, left.count) == 0
            }
        }
        if isEqual { return nil }
        return (0..<left.count / sector).first { slice($0, of: left) != slice($0, of: right) }
    }
}
