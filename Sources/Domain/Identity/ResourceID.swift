/// The id of a resource: a prefix that says what it is, a dash, and 8 or 17 hexadecimal digits.
///
/// New ids have 17 digits. One dash only, because clients split compound ids on it
/// (docs/behaviour/images.md, "Ids").
package protocol ResourceID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible where RawValue == String {
    static var prefix: String { get }
    /// Takes text that is known to be well formed: only for use after `isWellFormed`.
    init(wellFormed text: String)
}

extension ResourceID {
    package init?(rawValue: String) {
        guard Self.isWellFormed(rawValue) else { return nil }
        self.init(wellFormed: rawValue)
    }

    /// An id as a caller gives it.
    ///
    /// - Parameters:
    ///   - refusal: the code for what is none.
    ///   - reason: what stands beside the code, where the service has that.
    /// - Throws: `Fault`
    package init(given text: String, orThrow refusal: FaultCode, reason: String? = nil) throws {
        guard let id = Self(rawValue: text) else {
            throw Fault(refusal, "Invalid id: \"\(text.prefix(64))\" (expecting \"\(Self.prefix)-...\")", reason: reason)
        }
        self = id
    }

    package var description: String { rawValue }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    package static func isWellFormed(_ text: String) -> Bool {
        let start = prefix + "-"
        guard text.hasPrefix(start) else { return false }
        let digits = text.utf8.dropFirst(start.utf8.count)
        guard digits.count == 17 || digits.count == 8 else { return false }
        return digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// A new id of 17 random digits.
    package static func random(using generator: inout some RandomNumberGenerator) -> Self { made(of: generator.next()) }

    package static func random() -> Self { made(of: .random(in: .min ... .max)) }

    /// A leading zero as in EC2's own ids keeps new ids apart from the 8-digit ones at a glance.
    private static func made(of bits: UInt64) -> Self {
        let digits = String(bits, radix: 16)
        return Self(wellFormed: "\(prefix)-0\(String(repeating: "0", count: 16 - digits.count))\(digits)")
    }
}
