/// The numbers of the NBD protocol: fixed newstyle, with structured replies.
enum NBD {
    static let greeting: UInt64 = 0x4e42_444d_4147_4943
    static let optionMagic: UInt64 = 0x4948_4156_454f_5054
    static let optionReplyMagic: UInt64 = 0x0003_e889_0455_65a9
    static let requestMagic: UInt32 = 0x2560_9513
    static let simpleReplyMagic: UInt32 = 0x6744_6698
    static let structuredReplyMagic: UInt32 = 0x668e_33ef

    /// Fixed newstyle, and no zeros behind the answer to an export's name.
    static let handshakeFlags: UInt16 = 0b11
    static let fixedNewstyle: UInt32 = 1
    static let noZeroes: UInt32 = 2

    static let allocation = "base:allocation"
    static let allocationID: UInt32 = 1

    enum Option: UInt32 {
        case exportName = 1
        case abort = 2
        case list = 3
        case info = 6
        case go = 7
        case structuredReply = 8
        case listMetaContext = 9
        case setMetaContext = 10
    }

    enum OptionReply: UInt32 {
        case acknowledged = 1
        case server = 2
        case info = 3
        case metaContext = 4
        case unsupported = 0x8000_0001
        case invalid = 0x8000_0003
        case unknown = 0x8000_0006
    }

    enum Info: UInt16 {
        case export = 0
        case name = 1
        case blockSize = 3
    }

    struct ExportFlags: OptionSet {
        let rawValue: UInt16
        static let hasFlags = ExportFlags(rawValue: 1 << 0)
        static let readOnly = ExportFlags(rawValue: 1 << 1)
        static let sendFlush = ExportFlags(rawValue: 1 << 2)
        static let sendFUA = ExportFlags(rawValue: 1 << 3)
        static let sendTrim = ExportFlags(rawValue: 1 << 5)
        static let sendWriteZeroes = ExportFlags(rawValue: 1 << 6)
        static let sendDF = ExportFlags(rawValue: 1 << 7)
        static let multiConnection = ExportFlags(rawValue: 1 << 8)
        static let sendFastZero = ExportFlags(rawValue: 1 << 11)
    }

    enum Command: UInt16 {
        case read = 0
        case write = 1
        case disconnect = 2
        case flush = 3
        case trim = 4
        case writeZeroes = 6
        case blockStatus = 7
    }

    struct CommandFlags: OptionSet, Sendable {
        let rawValue: UInt16
        static let fua = CommandFlags(rawValue: 1 << 0)
        static let noHole = CommandFlags(rawValue: 1 << 1)
        static let dontFragment = CommandFlags(rawValue: 1 << 2)
        static let oneExtent = CommandFlags(rawValue: 1 << 3)
        static let fastZero = CommandFlags(rawValue: 1 << 4)
    }

    enum Chunk: UInt16 {
        case none = 0
        case data = 1
        case hole = 2
        case blockStatus = 5
        case error = 0x8001
    }

    static let lastChunk: UInt16 = 1

    /// Of an extent: nothing is stored, and it reads as zeros.
    static let holeOfZeros: UInt32 = 0b11

    enum Failure: UInt32, Error, CustomStringConvertible {
        case notPermitted = 1
        case io = 5
        case invalid = 22
        case noSpace = 28
        case notSupported = 95

        var description: String {
            switch self {
            case .notPermitted: "the disk is read only"
            case .io: "the disk cannot be read or written"
            case .invalid: "the request is not valid"
            case .noSpace: "there is no room"
            case .notSupported: "the request is not supported"
            }
        }
    }
}

/// Why a client is cut off.
enum NBDViolation: Error, Hashable, CustomStringConvertible {
    case magic
    case flags
    case option
    case tooManyOptions
    case name
    case tooLarge

    var description: String {
        switch self {
        case .magic: "what it sent does not begin as NBD does"
        case .flags: "it set flags that are not known"
        case .option: "an option is not well formed"
        case .tooManyOptions: "it sent too many options"
        case .name: "there is no export of that name"
        case .tooLarge: "a request is too large"
        }
    }
}
