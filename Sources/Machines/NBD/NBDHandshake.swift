import NIOCore

/// The first part of a conversation: client and server agree on an export and on the form of answers. Bytes in, bytes out.
struct NBDHandshake {
    enum Outcome: Hashable {
        /// More bytes are needed.
        case goesOn
        /// Requests follow.
        case agreed
        /// The client has said goodbye.
        case over
    }

    private let export: NBDExport
    private let limits: NBDLimits
    /// Nil until the client has sent its own.
    private var clientFlags: UInt32?
    private var options = 0
    private(set) var hasStructuredReplies = false
    private(set) var hasAllocation = false

    init(_ export: NBDExport, limits: NBDLimits) {
        self.export = export
        self.limits = limits
    }

    static var greeting: ByteBuffer {
        var bytes = ByteBuffer()
        bytes.writeMultipleIntegers(NBD.greeting, NBD.optionMagic, NBD.handshakeFlags)
        return bytes
    }

    /// Takes what has come as far as it is whole, and writes what is to be answered.
    mutating func receive(_ bytes: inout ByteBuffer, answer: inout ByteBuffer) throws(NBDViolation) -> Outcome {
        if clientFlags == nil {
            guard let flags = bytes.readInteger(as: UInt32.self) else { return .goesOn }
            guard flags & NBD.fixedNewstyle != 0, flags & ~(NBD.fixedNewstyle | NBD.noZeroes) == 0 else { throw .flags }
            clientFlags = flags
        }
        while true {
            var rest = bytes
            guard let (magic, option, length) = rest.readMultipleIntegers(as: (UInt64, UInt32, UInt32).self) else {
                if let magic = bytes.getInteger(at: bytes.readerIndex, as: UInt64.self), magic != NBD.optionMagic { throw .magic }
                return .goesOn
            }
            guard magic == NBD.optionMagic else { throw .magic }
            guard length <= limits.optionBytes else { throw .tooLarge }
            guard var data = rest.readSlice(length: Int(length)) else { return .goesOn }
            bytes = rest
            options += 1
            guard options <= limits.options else { throw .tooManyOptions }
            let outcome = try take(option, &data, &answer)
            if outcome != .goesOn { return outcome }
        }
    }

    private mutating func take(_ number: UInt32, _ data: inout ByteBuffer, _ answer: inout ByteBuffer) throws(NBDViolation) -> Outcome {
        switch NBD.Option(rawValue: number) {
        case .exportName: return try exportName(&data, &answer)
        case .abort:
            reply(to: number, .acknowledged, in: &answer)
            return .over
        case .list: list(data, &answer)
        case .info, .go: if info(number, &data, &answer), number == NBD.Option.go.rawValue { return .agreed }
        case .structuredReply:
            if data.readableBytes == 0 { hasStructuredReplies = true }
            reply(to: number, data.readableBytes == 0 ? .acknowledged : .invalid, in: &answer)
        case .listMetaContext, .setMetaContext: metaContexts(number, &data, &answer)
        case nil: reply(to: number, .unsupported, in: &answer)
        }
        return .goesOn
    }

    /// The oldest way to choose, which has no way to refuse.
    private func exportName(_ data: inout ByteBuffer, _ answer: inout ByteBuffer) throws(NBDViolation) -> Outcome {
        guard let name = Self.text(&data, data.readableBytes), export.isNamed(name) else { throw .name }
        answer.writeMultipleIntegers(export.disk.byteCount, export.flags(structured: hasStructuredReplies).rawValue)
        if (clientFlags ?? 0) & NBD.noZeroes == 0 { answer.writeRepeatingByte(0, count: 124) }
        return .agreed
    }

    private func list(_ data: ByteBuffer, _ answer: inout ByteBuffer) {
        let number = NBD.Option.list.rawValue
        guard data.readableBytes == 0 else { return reply(to: number, .invalid, in: &answer) }
        var entry = ByteBuffer(integer: UInt32(export.name.utf8.count))
        entry.writeString(export.name)
        reply(to: number, .server, entry, in: &answer)
        reply(to: number, .acknowledged, in: &answer)
    }

    /// Whether the export is the one that was asked for.
    private func info(_ number: UInt32, _ data: inout ByteBuffer, _ answer: inout ByteBuffer) -> Bool {
        guard let name = Self.name(&data), let count = data.readInteger(as: UInt16.self), data.readableBytes == 2 * Int(count) else {
            reply(to: number, .invalid, in: &answer)
            return false
        }
        guard export.isNamed(name) else {
            reply(to: number, .unknown, in: &answer)
            return false
        }
        var wanted: Set<NBD.Info> = []
        while let value = data.readInteger(as: UInt16.self) { if let info = NBD.Info(rawValue: value) { wanted.insert(info) } }
        var bytes = ByteBuffer()
        bytes.writeMultipleIntegers(
            NBD.Info.export.rawValue,
            export.disk.byteCount,
            export.flags(structured: hasStructuredReplies).rawValue
        )
        reply(to: number, .info, bytes, in: &answer)
        if wanted.contains(.name) {
            var bytes = ByteBuffer(integer: NBD.Info.name.rawValue)
            bytes.writeString(export.name)
            reply(to: number, .info, bytes, in: &answer)
        }
        if wanted.contains(.blockSize) {
            var bytes = ByteBuffer()
            bytes.writeMultipleIntegers(NBD.Info.blockSize.rawValue, UInt32(1), UInt32(4096), limits.requestBytes)
            reply(to: number, .info, bytes, in: &answer)
        }
        reply(to: number, .acknowledged, in: &answer)
        return true
    }

    private mutating func metaContexts(_ number: UInt32, _ data: inout ByteBuffer, _ answer: inout ByteBuffer) {
        let isSet = number == NBD.Option.setMetaContext.rawValue
        if isSet { hasAllocation = false }
        guard hasStructuredReplies, let name = Self.name(&data), let count = data.readInteger(as: UInt32.self) else {
            return reply(to: number, .invalid, in: &answer)
        }
        var queries: [String] = []
        for _ in 0..<count {
            guard let query = Self.name(&data) else { return reply(to: number, .invalid, in: &answer) }
            queries.append(query)
        }
        guard data.readableBytes == 0 else { return reply(to: number, .invalid, in: &answer) }
        guard export.isNamed(name) else { return reply(to: number, .unknown, in: &answer) }
        let isMeant = queries.contains(NBD.allocation) || !isSet && (queries.isEmpty || queries.contains("base:"))
        if isMeant {
            if isSet { hasAllocation = true }
            var context = ByteBuffer(integer: isSet ? NBD.allocationID : 0)
            context.writeString(NBD.allocation)
            reply(to: number, .metaContext, context, in: &answer)
        }
        reply(to: number, .acknowledged, in: &answer)
    }

    private func reply(to option: UInt32, _ kind: NBD.OptionReply, _ data: ByteBuffer = ByteBuffer(), in answer: inout ByteBuffer) {
        answer.writeMultipleIntegers(NBD.optionReplyMagic, option, kind.rawValue, UInt32(data.readableBytes))
        answer.writeImmutableBuffer(data)
    }

    /// A text behind its length.
    private static func name(_ data: inout ByteBuffer) -> String? {
        guard let length = data.readInteger(as: UInt32.self), length <= data.readableBytes else { return nil }
        return text(&data, Int(length))
    }

    private static func text(_ data: inout ByteBuffer, _ length: Int) -> String? {
        data.readBytes(length: length).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
