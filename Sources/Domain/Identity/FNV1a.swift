/// The hash FNV-1a of 64 bits, for ids that follow from a name: the same on every server. Whoever wants to, finds two names with one hash.
enum FNV1a {
    static let offset: UInt64 = 0xCBF2_9CE4_8422_2325

    static func hash(_ bytes: some Sequence<UInt8>, after hash: UInt64 = offset) -> UInt64 {
        bytes.reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
