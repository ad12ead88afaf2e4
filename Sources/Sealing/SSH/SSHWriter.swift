/// Writes values as SSH has them on the wire (RFC 4251, section 5).
struct SSHWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    mutating func integer(_ value: UInt32) {
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
    }

    mutating func string(_ string: [UInt8]) {
        integer(UInt32(string.count))
        append(string)
    }

    /// A number that is not negative, without leading zeros.
    mutating func number(_ number: [UInt8]) { string(number.first.map { $0 >= 0x80 } ?? false ? [0] + number : number) }
}

/// Reads them again.
struct SSHReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = ArraySlice(bytes) }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func string() throws -> [UInt8] {
        guard rest.count >= 4 else { throw NoSSHPublicKey() }
        let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(4)
        guard length <= rest.count else { throw NoSSHPublicKey() }
        defer { rest = rest.dropFirst(length) }
        return Array(rest.prefix(length))
    }

    /// Without leading zeros. One that is negative is none.
    mutating func number() throws -> [UInt8] {
        let bytes = try string()
        guard bytes.first.map({ $0 < 0x80 }) ?? true else { throw NoSSHPublicKey() }
        return Array(bytes.drop { $0 == 0 })
    }
}
