import Foundation

/// Random numbers that come again with the same seed (SplitMix64).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }

    /// True once in `count` times, on average.
    package mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

    package mutating func pick<Element>(_ elements: [Element]) -> Element { elements[Int.random(in: 0..<elements.count, using: &self)] }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { withUnsafeBytes(of: next()) { bytes.append(contentsOf: $0) } }
        return Array(bytes.prefix(count))
    }
}

/// Seeds for tests over random cases: 1 to `count`, and one that no run had before, or as many as `FERRY_TEST_NEW_SEEDS` says. Given as the
/// arguments of a test, they are printed with each failure.
package func seeds(_ count: UInt64) -> [UInt64] {
    var system = SystemRandomNumberGenerator()
    let new = ProcessInfo.processInfo.environment["FERRY_TEST_NEW_SEEDS"].flatMap(Int.init) ?? 1
    return Array(1...count) + (0..<new).map { _ in UInt64.random(in: 1_000_000...9_999_999_999, using: &system) }
}
