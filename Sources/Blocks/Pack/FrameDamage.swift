/// What is wrong with stored bytes.
package enum FrameDamage: Error, Hashable, Sendable {
    /// No copy of the pack's header is whole, or one of them is not.
    case packHeader(String)
    /// The frame's header is not whole, or not the one that the index names.
    case header(String)
    /// The payload or the tag was changed: the seal does not open.
    case seal
    /// The seal opens and the bytes do not decompress.
    case codec
    /// The seal opens and the bytes are not what the address says.
    case digest(found: Digest)
    /// The address is right and the bytes are not a block map page or root.
    case map(BlockMapError)
    /// The file ends inside the frame.
    case cutOff
    /// The disk cannot read the bytes.
    case unreadable(errno: Int32)
    /// The pack's file is not there.
    case missingPack
    /// No damage: it is sealed, and the key of its domain is not at hand.
    case locked(SealDomainID)
}

extension FrameDamage: CustomStringConvertible {
    package var description: String {
        switch self {
        case .packHeader(let what): "pack header damaged: \(what)"
        case .header(let what): "frame header damaged: \(what)"
        case .seal: "the seal does not open"
        case .codec: "the bytes do not decompress"
        case .digest(let found): "the bytes have the digest \(found)"
        case .map(let error): "not a block map: \(error)"
        case .cutOff: "the file ends inside the frame"
        case .unreadable(let errno): "the disk cannot read it: \(IOFailure.text(of: errno))"
        case .missingPack: "the pack is missing"
        case .locked(let domain): "the key of the domain \(domain) is unavailable"
        }
    }
}
